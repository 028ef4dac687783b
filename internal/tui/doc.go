// Package tui is the live dashboard of a NATS fleet: `natsctl top`.
//
// It owns the screens, the keys, the commands and the rhythm of asking. It
// must not know NATS connections: it is given a [Feed], which yields snapshots
// and events of a live fleet or of a recording, and optionally [Actions].
//
// Data flow one way. A collector goroutine asks what the visible page needs,
// derives rows, rates and history, and hands over at most one immutable
// [State] per tick; the [Model] is pure: a state and keys in, a frame of
// exactly the window's size out.
package tui
