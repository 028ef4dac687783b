// Package table is the table of metrics: a row is one metric of a kind of
// thing, a group is all rows of that kind.
//
// It owns the conversion of rows to an exposition: finding the things, their
// labels, the series limit and the text formats. It must not know the metrics.
package table
