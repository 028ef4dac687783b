// Package page implements the pages of the dashboard: what each shows, how it is
// drawn, its keys, and what it requests from the fleet.
//
// A page is one row of the table in [All] and has its own file. It reads a
// [Context], and answers a key with an [Effect], which the screen applies. It must
// not depend on the screen, the other open pages or the source of the state.
package page
