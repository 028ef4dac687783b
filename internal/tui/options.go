package tui

import (
	"context"
	"io"
	"time"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// Options are the options of a dashboard. Only Feed is required.
type Options struct {
	Feed    *live.Feed
	Every   time.Duration // between polls; 0 means 2s; the minimum is 1s
	Look    cell.Look
	Dots    cell.Dots
	Page    string            // the page to open: a name or alias of the command line
	Filter  string            // of that page
	Sort    string            // of that page
	Wide    bool              // wide columns
	Faults  bool              // faults only
	Mouse   bool              // enable the mouse
	HideOwn bool              // hide the connections of natsctl itself
	Filters map[string]string // named filters of the configuration
	Columns map[string][]string
	Version string

	// Contexts lists the saved contexts for :ctx; nil disables :ctx.
	Contexts func() []string
	// Connect opens the feed of another context.
	Connect func(ctx context.Context, name string) (*live.Feed, error)
	// OpenRecording opens a recording for :open.
	OpenRecording func(path string) (*live.Feed, error)
	// NewRecorder returns a recorder for :rec; nil disables :rec.
	NewRecorder func(w io.Writer) live.Recorder
	// Hint returns advice on an error; nil means no hints.
	Hint func(error) string
	// Reload rereads the configuration for :reload; nil disables :reload.
	Reload func() (Config, error)
	// Lookup returns the host names of an address; nil uses the system's resolver.
	Lookup func(ctx context.Context, address string) ([]string, error)
	// Clock returns the current time; nil uses the system's clock.
	Clock func() time.Time
}

// every returns the interval between polls.
func (o Options) every() time.Duration {
	if o.Every == 0 {
		return 2 * time.Second
	}
	return max(o.Every, live.MinEvery)
}
