// Package page is the pages of the dashboard: what each shows of the state, how
// it is drawn, which keys it has, and what it needs from the fleet.
//
// A page is one row of the table in [All] and a file of its own. It is given a
// [Context], which it may read, and answers a key with an [Effect], which the
// screen around it carries out. It must not know that screen, the other open
// pages, nor where the state comes from.
package page
