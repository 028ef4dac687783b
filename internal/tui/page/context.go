package page

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// Context is what a page may read besides its own fields: the state to show, the
// alerts' acknowledgements and mutes, and the toggles. Drawing never changes it.
type Context struct {
	State *live.State // the state to show: an older one while paused; nil while discovering
	Marks *live.Marks
	switches
	Span    time.Duration // time window of the graphs
	Dots    cell.Dots
	Columns map[string][]string // configured, by page or mode
	Names   map[string]string   // host names by address, while they are shown
	stamp   int                 // incremented by each toggle, so that lists are rebuilt
}

// switches are the settings that single keys toggle.
type switches struct {
	Wide, Totals, FullBytes, Subscriptions, FoldEvents, Following, HideDeltas, HostNames, HideOwn bool
	Severity                                                                                      int
	EventKind                                                                                     fleet.EventKind // of the events shown; empty: all
}

// Now returns the time of the state to show.
func (ctx *Context) Now() time.Time {
	if ctx.State == nil {
		return time.Time{}
	}
	return ctx.State.Now
}

// Touch causes the lists to be rebuilt after a toggle.
func (ctx *Context) Touch() { ctx.stamp++ }

// Answered reports whether there is anything to show.
func (ctx *Context) Answered() bool { return ctx.State != nil && ctx.State.Snap != nil }

// InReplay reports whether a recording is replayed.
func (ctx *Context) InReplay() bool { return ctx.State != nil && ctx.State.Replayed != nil }

// OneAccount reports whether the user sees only one account.
func (ctx *Context) OneAccount() bool { return ctx.State != nil && ctx.State.Own != nil }

// SeesFleet reports whether the user sees servers and links.
func (ctx *Context) SeesFleet() bool { return !ctx.OneAccount() }

// waiting returns a message while a kind of data has not arrived yet, or else_.
func (ctx *Context) waiting(kind fleet.Kind, else_ string) string {
	if ctx.State.Asked[kind].IsZero() && ctx.State.Phase == live.Live {
		return "asking the servers …"
	}
	return else_
}

// NewContext returns the context of a new screen.
func NewContext(dots cell.Dots, span time.Duration) *Context {
	ctx := &Context{Marks: live.NewMarks(), Span: span, Dots: dots}
	ctx.FoldEvents, ctx.Following = true, true
	return ctx
}
