package tui

import (
	"context"
	"io"
	"time"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// Options are what a dashboard is started with. Feed alone is required.
type Options struct {
	Feed    *live.Feed
	Every   time.Duration // between questions; 0 is two seconds, less than one is one
	Look    cell.Look
	Dots    cell.Dots
	Page    string            // the page to open: a name or alias of the command line
	Filter  string            // of that page
	Sort    string            // of that page
	Wide    bool              // wide columns
	Faults  bool              // faults only
	Mouse   bool              // take the mouse
	Filters map[string]string // named filters of the configuration
	Columns map[string][]string
	Version string

	// Contexts lists the saved contexts for :ctx; nil: :ctx is refused.
	Contexts func() []string
	// Connect opens another context's feed.
	Connect func(ctx context.Context, name string) (*live.Feed, error)
	// OpenTape opens a recording for :open.
	OpenTape func(path string) (*live.Feed, error)
	// NewRecorder writes a recording for :rec; nil: :rec is refused.
	NewRecorder func(w io.Writer) live.Recorder
	// Hint says what can be done about an error; nil: nothing is known.
	Hint func(error) string
	// Reload reads the configuration again for :reload; nil: :reload is refused.
	Reload func() (Config, error)
	// Lookup asks for the names of an address; nil asks the system's resolver.
	Lookup func(ctx context.Context, address string) ([]string, error)
	// Clock is the time; nil is the system's.
	Clock func() time.Time
}

// every is the interval between questions.
func (o Options) every() time.Duration {
	if o.Every == 0 {
		return 2 * time.Second
	}
	return max(o.Every, live.MinEvery)
}
