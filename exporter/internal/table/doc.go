// Package table is the table of metrics: one row is one metric of a kind of
// thing, one group the rows of that kind.
//
// It owns how rows become an exposition: finding the things, their labels, the
// limit of series and the text formats. It must not know which metrics there
// are.
package table
