package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
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

// Check tells whether the page and its sort column exist and whether its filter
// can be used. The errors of a column wrap [view.ErrColumn], those of a filter
// [view.ErrFilter].
func (o Options) Check() error {
	m := NewModel(Options{Page: o.Page, Sort: o.Sort}, nil)
	if m.notice.bad {
		return errors.New(strings.Replace(m.notice.text, "no command", "no page", 1))
	}
	if o.Sort != "" {
		m.opt.Sort = o.Sort
		if _, err := m.sortColumn(); err != nil {
			return err
		}
	}
	heads, err := headsOf(m.cur().spec, m.cur().mode)
	if err != nil {
		return nil //nolint:nilerr // what has no columns is not filtered
	}
	_, err = newMatcher(o.Filter, heads, nil)
	return err
}

// sortColumn is the full name of the column that the options sort by.
func (m *Model) sortColumn() (string, error) {
	p := m.cur()
	heads, err := headsOf(p.spec, p.mode)
	if err != nil {
		return "", err
	}
	at, err := view.Grid{Heads: heads}.Index(m.opt.Sort)
	if err != nil {
		return "", err
	}
	return heads[at].Name, nil
}

// every is the interval between questions.
func (o Options) every() time.Duration {
	if o.Every == 0 {
		return 2 * time.Second
	}
	return max(o.Every, live.MinEvery)
}
