// Package frame draws the lines around a page: who is watched and how, the
// tabs, the crumbs, the keys, and the box of a state without data.
//
// It must not know how pages and keys work: it is told what to say.
package frame
