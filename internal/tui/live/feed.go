package live

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Feed is the source of the dashboard's data: a context's fleet or a recording.
// Its functions are called only from the collector's goroutine.
type Feed struct {
	Name      string // of the fleet, for the screen
	Context   string // the saved context that Connect uses to reconnect; empty: none
	User      string // the connected user, for the state boxes; may be empty
	Protected bool   // the context refuses actions; shown by a red bar
	Note      string // message to show at the start; empty: none
	Source    fleet.Source

	// Events streams events until ctx ends; nil: none.
	Events func(ctx context.Context) iter.Seq2[fleet.Event, error]
	// Link returns the state of the connection; nil: it is always up.
	Link func() Link
	// Explain turns an error of Source into the text on the screen; nil: the
	// error text.
	Explain func(error) Trouble
	// Actions change the fleet; nil: read only.
	Actions Actions
	// Elsewhere connects to another server of the context; nil: there is none.
	Elsewhere func() error
	// Close releases the feed's resources; nil: there are none.
	Close func()

	recording Recording // set by [NewReplay]
	begin     time.Time // where playback begins; zero: at the start of the recording
}

// Link is the state of the connection that requests are sent over.
type Link struct {
	Up      bool
	Server  string    // name or URL of the connected server, or of the last one
	Since   time.Time // when it entered its state
	Attempt int       // reconnect attempts so far
	Tried   []string  // URLs to connect to
	Err     string    // why it is down
}

// Trouble is the reason why nothing can be shown, for the middle of the screen.
type Trouble struct {
	Limited bool     // the user lacks permission; asking again does not help
	Title   string   // one line
	Lines   []string // the request, the response, and possible next steps
}

// Actions are the changes that the dashboard may make; each returns the
// server's actual response in one line. They are called outside the screen's
// goroutine.
type Actions interface {
	// Plan describes in one line what the action would affect, and the
	// equivalent command line.
	Plan(a Action) (scope, command string)
	// Do performs it.
	Do(ctx context.Context, a Action) (string, error)
}

// Action is one change of the fleet.
type Action struct {
	Verb     string // "reload", "kick-clients", "lame-duck" or "kick"
	Server   string // name of the server
	ServerID string
	Clients  int    // connections on the server, where known
	Conn     uint64 // connection id, for kick
	Who      string // display name of the connection
}

// longestTyped is the length limit of names that must be typed.
const longestTyped = 40

// Target is what the user types to confirm the action: the name of its object,
// or the id of a connection whose name is hard to type.
func (a Action) Target() string {
	switch {
	case a.Verb != "kick" || a.Who == "":
		return a.Server
	case len(a.Who) > longestTyped || strings.ContainsFunc(a.Who, func(r rune) bool { return r < ' ' || r > '~' }):
		return strconv.FormatUint(a.Conn, 10)
	}
	return a.Who
}

// NameOr is the feed's name, or the given text if it has none.
func (f *Feed) NameOr(other string) string {
	if f == nil || f.Name == "" {
		return other
	}
	return f.Name
}

// Release closes a feed; nil is allowed.
func (f *Feed) Release() {
	if f != nil && f.Close != nil {
		f.Close()
	}
}
