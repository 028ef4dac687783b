package page

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// Context is what a page may read beside its own state: the state that is
// shown, what the operator said of alerts, and what single keys turn on and
// off. Drawing never changes it.
type Context struct {
	State *live.State // the one that is shown: an older one while paused; nil while discovering
	Marks *live.Marks
	switches
	Span    time.Duration // time window of the graphs
	Dots    cell.Dots
	Columns map[string][]string // chosen by the configuration, by page or mode
	Names   map[string]string   // of addresses, while they are wanted
	stamp   int                 // grows with each switch, so that lists are made anew
}

// switches are what single keys turn on and off.
type switches struct {
	Wide, Totals, FullBytes, Subscriptions, FoldEvents, Following, HideDeltas, HostNames bool
	Severity                                                                             int
	EventKind                                                                            fleet.EventKind // of the events shown; empty: all
}

// Now is the time of the state that is shown.
func (ctx *Context) Now() time.Time {
	if ctx.State == nil {
		return time.Time{}
	}
	return ctx.State.Now
}

// Touch makes the lists anew after a switch.
func (ctx *Context) Touch() { ctx.stamp++ }

// Answered tells whether there is anything to show.
func (ctx *Context) Answered() bool { return ctx.State != nil && ctx.State.Snap != nil }

// InReplay tells whether a recording is played.
func (ctx *Context) InReplay() bool { return ctx.State != nil && ctx.State.Tape != nil }

// OneAccount tells whether the user sees one account alone.
func (ctx *Context) OneAccount() bool { return ctx.State != nil && ctx.State.Own != nil }

// SeesFleet tells whether the user sees servers and links.
func (ctx *Context) SeesFleet() bool { return !ctx.OneAccount() }

// waiting says that a kind was asked for and is not here yet.
func (ctx *Context) waiting(kind fleet.Kind, else_ string) string {
	if ctx.State.Asked[kind].IsZero() && ctx.State.Phase == live.Live {
		return "asking the servers …"
	}
	return else_
}

// NewContext is the context of a screen that has just begun.
func NewContext(dots cell.Dots, span time.Duration) *Context {
	ctx := &Context{Marks: live.NewMarks(), Span: span, Dots: dots}
	ctx.FoldEvents, ctx.Following = true, true
	return ctx
}
