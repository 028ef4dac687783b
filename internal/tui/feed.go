package tui

import "github.com/natsctl/natsctl/internal/tui/live"

// Feed is where the data of a dashboard come from; see package live.
type Feed = live.Feed

// Link is the state of a feed's connection.
type Link = live.Link

// Trouble is why nothing can be shown.
type Trouble = live.Trouble

// Actions are what a dashboard may change.
type Actions = live.Actions

// Action is one change of the fleet.
type Action = live.Action

// Recorder writes a recording.
type Recorder = live.Recorder

// Tape is a recording that is played.
type Tape = live.Tape

// ErrPanic is wrapped by the error of a dashboard that met a defect of its own.
var ErrPanic = live.ErrPanic

// NewReplay makes the feed of a recording; the dashboard then plays it instead
// of asking.
func NewReplay(name string, tape Tape) *Feed { return live.NewReplay(name, tape) }
