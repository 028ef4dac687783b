// Package cell draws: a grid of styled character cells, the themes that color
// it, and the writers that turn it into terminal output, plain text or SVG.
//
// A grid has a fixed size and every write is clipped to it, so that no frame
// can exceed its window, and every text is sanitized when it is written. The
// package must not know what is drawn: NATS, keys and views belong to the
// caller.
package cell
