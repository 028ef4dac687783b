// Package widget holds the elements of pages: tables that are sorted, filtered
// and scrolled, panels of text, blocks, boxes and the input line.
//
// It must not know what a fleet is, beyond the columns and levels of package
// view.
package widget
