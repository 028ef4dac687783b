package tui

import "github.com/natsctl/natsctl/internal/tui/live"

// Feed is the data source of a dashboard; see package live.
type Feed = live.Feed

// Link is the state of a feed's connection.
type Link = live.Link

// Trouble is the reason why nothing can be shown.
type Trouble = live.Trouble

// Actions are the changes that a dashboard may make.
type Actions = live.Actions

// Action is one change of the fleet.
type Action = live.Action

// Recorder writes a recording.
type Recorder = live.Recorder

// Tape is a recording that is replayed.
type Tape = live.Tape

// ErrPanic is wrapped by the error of a dashboard that panicked.
var ErrPanic = live.ErrPanic

// NewReplay returns the feed of a recording; the dashboard then replays it instead
// of polling servers.
func NewReplay(name string, tape Tape) *Feed { return live.NewReplay(name, tape) }
