// Package tui is the live dashboard of a NATS fleet: `natsctl top`.
//
// It owns the screens, the keys, the commands and the polling interval. It must not
// depend on NATS connections: a [live.Feed] provides snapshots and events of a live
// fleet or of a recording, and optionally [live.Actions].
//
// Data flows one way. A collector goroutine requests what the visible page needs,
// derives rows, rates and history, and delivers at most one immutable [State] per
// tick. The [Model] is pure: a state and keys in, a frame of exactly the window's
// size out.
package tui
