// Package drain takes one server out of service: what that would affect and break, its progress, and whether everything is
// healthy afterwards.
//
// It owns the plan, the record that survives an interruption, and the watch over the clients that move. What starts the drain
// (a signal, kicks) is outside of it, and it must not know how a plan is shown.
package drain
