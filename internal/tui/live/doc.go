// Package live is what the dashboard knows: a collector asks what the open page
// needs, derives rows, rates, history and alerts from the answers, and hands
// over at most one immutable [State] per interval.
//
// It owns everything that takes memory of earlier answers. It must not know
// NATS connections, which stand behind a [Feed], nor how anything is drawn.
package live
