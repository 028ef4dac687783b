// Package drain takes one server out of service: what that would touch and break, how far it is, and whether everything is
// well afterwards.
//
// It owns the plan, the record that survives an interruption, and the watch over the clients that move. What starts the drain
// (a signal, kicks) is not its own, and it must not know how a plan is shown.
package drain
