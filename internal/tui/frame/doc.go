// Package frame draws the lines around a page: the fleet and its state, the
// tabs, the crumbs, the keys, and the box of a state without data.
//
// It must not know how pages and keys work: it only draws what it is given.
package frame
