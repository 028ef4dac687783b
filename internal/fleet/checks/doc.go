// Package checks says what is wrong with a fleet: a table of [Check], each of
// which looks at one snapshot, or at two, and reports findings.
//
// It owns the questions, their thresholds and the words of the findings. It is
// pure, as the model is: it must not know how a fleet is asked, nor how
// findings are shown. A new check is one row in a table and the function beside
// it.
package checks
