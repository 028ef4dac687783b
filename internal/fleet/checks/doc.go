// Package checks finds problems of a fleet: a table of [Check], each of which
// examines one or two snapshots and reports findings.
//
// It owns the checks, their thresholds and the texts of the findings. It is
// pure, like the model: it must not depend on how a fleet is queried or how
// findings are shown. A new check is one row in a table and a function next to
// it.
package checks
