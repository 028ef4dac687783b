package tui

import (
	"errors"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// Config is the dashboard's YAML configuration file. The zero value changes
// nothing.
type Config struct {
	Theme   string              `json:"theme,omitempty"`   // a name of cell.Themes
	Refresh string              `json:"refresh,omitempty"` // such as 5s
	Page    string              `json:"page,omitempty"`    // the page to open
	ASCII   bool                `json:"ascii,omitempty"`
	Graph   string              `json:"graph,omitempty"` // braille or blocks
	Mouse   bool                `json:"mouse,omitempty"`
	Filters map[string]string   `json:"filters,omitempty"` // by name, for :filter @name
	Columns map[string][]string `json:"columns,omitempty"` // by page: the columns to show, the most important first
}

// ErrConfig is returned for an invalid configuration file.
var ErrConfig = errors.New("bad dashboard configuration")

func (c Config) every() (time.Duration, error) {
	if c.Refresh == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(c.Refresh)
	switch {
	case err != nil:
		return 0, fmt.Errorf("invalid interval %q (examples: 5s, 1m)", c.Refresh)
	case d < live.MinEvery:
		return 0, fmt.Errorf("%s is less than %s", d, live.MinEvery)
	}
	return d, nil
}

// Apply sets the options that were not set on the command line.
func (c Config) Apply(o *Options) {
	if o.Look.Theme == "" {
		o.Look.Theme = c.Theme
	}
	if every, err := c.every(); err == nil && o.Every == 0 {
		o.Every = every
	}
	if o.Page == "" {
		o.Page = c.Page
	}
	o.Look.ASCII = o.Look.ASCII || c.ASCII
	o.Mouse = o.Mouse || c.Mouse
	if c.Graph == "blocks" {
		o.Dots = cell.Blocks
	}
	o.Filters, o.Columns = c.Filters, c.Columns
}
