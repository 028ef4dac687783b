package live

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Feed is where the dashboard's data come from: a context's fleet or a
// recording. Its functions are called from the collector's goroutine alone.
type Feed struct {
	Name      string // of the fleet, for the screen
	Context   string // the saved context that Connect takes to connect anew; empty: none
	User      string // who asks, for the boxes of the states; may be empty
	Protected bool   // the context refuses actions; shown by a red bar
	Note      string // what is to be said of it at the beginning; empty: nothing
	Source    fleet.Source

	// Events streams what happens until ctx ends; nil: none.
	Events func(ctx context.Context) iter.Seq2[fleet.Event, error]
	// Link tells how the connection is; nil: it is always up.
	Link func() Link
	// Explain turns an error of Source into what the screen says; nil: its text.
	Explain func(error) Trouble
	// Actions change the fleet; nil: read only.
	Actions Actions
	// Close frees what the feed holds; nil: nothing.
	Close func()

	tape  Tape      // set by [NewReplay]
	begin time.Time // where the tape begins; zero: at its start
}

// Link is the state of the connection that carries the questions.
type Link struct {
	Up      bool
	Server  string    // name or URL of the server connected to, or that was
	Since   time.Time // of the present state
	Attempt int       // reconnect attempts so far
	Tried   []string  // the URLs that are tried
	Err     string    // why it is down
}

// Trouble is why nothing can be shown, in words for the middle of the screen.
type Trouble struct {
	Limited bool     // the user may not ask; asking again does not help
	Title   string   // one line
	Lines   []string // what was asked, what was answered, what can be done
}

// Actions are what the dashboard may change, each reporting the server's real
// answer in one line. They are called off the screen's goroutine.
type Actions interface {
	// Plan says in one line what the action would touch, and the equivalent
	// command line.
	Plan(a Action) (scope, command string)
	// Do performs it.
	Do(ctx context.Context, a Action) (string, error)
}

// Action is one change of the fleet.
type Action struct {
	Verb     string // "reload", "kick-clients", "lame-duck" or "kick"
	Server   string // name of the server
	ServerID string
	Clients  int    // connections on the server as far as the screen knows
	Conn     uint64 // connection id, for kick
	Who      string // what the connection is called
}

// longestTyped is the longest name that is asked to be typed.
const longestTyped = 40

// Target is what an operator types to confirm the action: the name of its
// object, or the number of a connection that calls itself something that
// cannot well be typed.
func (a Action) Target() string {
	switch {
	case a.Verb != "kick" || a.Who == "":
		return a.Server
	case len(a.Who) > longestTyped || strings.ContainsFunc(a.Who, func(r rune) bool { return r < ' ' || r > '~' }):
		return strconv.FormatUint(a.Conn, 10)
	}
	return a.Who
}

// NameOr is the feed's name, or another text where it has none.
func (f *Feed) NameOr(other string) string {
	if f == nil || f.Name == "" {
		return other
	}
	return f.Name
}

// Release frees what a feed holds; of none, nothing.
func (f *Feed) Release() {
	if f != nil && f.Close != nil {
		f.Close()
	}
}
