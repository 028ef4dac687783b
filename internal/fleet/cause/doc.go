// Package cause folds the findings of a fleet under the one that explains them:
// a server that hangs explains its links, what it led and what lies behind it.
// It owns the table of causes and their order, which the command check, the
// dashboard and the exporter share. It is pure: it must not know how a fleet is
// asked, nor how findings are shown.
package cause
