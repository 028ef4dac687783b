// Package widget is what pages are drawn with: tables that are sorted, filtered
// and scrolled, panels of text, blocks, boxes and the line that is typed into.
//
// It must not know what a fleet is, beyond the columns and levels of package
// view.
package widget
