// Package live holds the dashboard's data: a collector requests what the open
// page needs, derives rows, rates, history and alerts from the answers, and
// publishes at most one immutable [State] per interval.
//
// It owns everything that depends on earlier answers. It must not know NATS
// connections, which are behind a [Feed], or how anything is drawn.
package live
