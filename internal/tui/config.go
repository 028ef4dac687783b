package tui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// Config is the dashboard's configuration file, in YAML. The zero value
// changes nothing.
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

// ErrConfig is a configuration file that cannot be used.
var ErrConfig = errors.New("bad dashboard configuration")

// ParseConfig reads a configuration. Unknown keys, themes, pages and columns
// are errors that wrap [ErrConfig].
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := yaml.UnmarshalStrict(data, &c); err != nil {
		return Config{}, fmt.Errorf("%w: %s", ErrConfig, plainYAML(err, data))
	}
	return c, c.check()
}

// plainYAML says in the words of the file what is wrong with it, with the line
// where that is known: underneath it is read as JSON.
func plainYAML(err error, data []byte) string {
	text := err.Error()
	for _, prefix := range []string{"error converting YAML to JSON: ", "yaml: ", "error unmarshaling JSON: ", "while decoding JSON: ", "json: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	if key, ok := strings.CutPrefix(text, "unknown field "); ok {
		key = strings.Trim(key, `"`)
		return fmt.Sprintf("%sunknown key %q%s", lineOf(key, data), key, view.Suggest(key, configKeys()))
	}
	if what, where, ok := strings.Cut(text, " into Go struct field Config."); ok {
		key, kind, _ := strings.Cut(where, " of type ")
		key, _, _ = strings.Cut(key, ".")
		return fmt.Sprintf("%s%s is %s, not %s", lineOf(key, data), key, kinds[kind], strings.TrimPrefix(what, "cannot unmarshal "))
	}
	return text
}

// kinds are the types of the keys as a reader of YAML calls them.
var kinds = map[string]string{
	"bool": "true or false", "string": "text", "map[string]string": "names with text", "map[string][]string": "names with lists", "[]string": "a list of names",
}

// configKeys are the keys of the file.
func configKeys() []string {
	return []string{"theme", "refresh", "page", "ascii", "graph", "mouse", "filters", "columns"}
}

// lineOf is where a key stands, for the front of an error; empty when it is not
// found.
func lineOf(key string, data []byte) string {
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if strings.HasPrefix(strings.TrimSpace(line), key+":") {
			return fmt.Sprintf("line %d: ", n)
		}
	}
	return ""
}

// check finds what cannot be used, and gives columns their full names.
func (c Config) check() error {
	if _, ok := cell.ThemeNamed(c.Theme); !ok {
		return fmt.Errorf("%w: no theme %q%s", ErrConfig, c.Theme, view.Suggest(c.Theme, themeNames(nil)))
	}
	if _, err := c.every(); err != nil {
		return fmt.Errorf("%w: refresh: %w", ErrConfig, err)
	}
	if err := (Options{Page: c.Page}).Check(); err != nil {
		return fmt.Errorf("%w: page: %w", ErrConfig, err)
	}
	if c.Graph != "" && c.Graph != "braille" && c.Graph != "blocks" {
		return fmt.Errorf("%w: graph is braille or blocks, not %q", ErrConfig, c.Graph)
	}
	for page, columns := range c.Columns {
		full, err := fullNames(page, columns)
		if err != nil {
			return err
		}
		c.Columns[page] = full
	}
	return nil
}

// fullNames turns the columns of a page, or of one of its ways, into their
// full names, as a filter does.
func fullNames(page string, columns []string) ([]string, error) {
	var names []string
	for _, s := range specs() {
		for i, mo := range s.modes {
			if (i > 0 || s.name() != page) && mo.name != page {
				names = append(names, mo.name)
				continue
			}
			heads, err := headsOf(s, i)
			if err != nil {
				return nil, err
			}
			return indexed(page, columns, heads)
		}
		names = append(names, s.name())
	}
	return nil, fmt.Errorf("%w: columns of no page %q%s", ErrConfig, page, view.Suggest(page, names))
}

func indexed(page string, columns []string, heads []view.Head) ([]string, error) {
	g := view.Grid{Heads: heads}
	full := make([]string, len(columns))
	for i, name := range columns {
		at, err := g.Index(name)
		if err != nil {
			return nil, fmt.Errorf("%w: page %s: %w", ErrConfig, page, err)
		}
		full[i] = heads[at].Name
	}
	return full, nil
}

// headsOf are the columns of one way to show a page.
func headsOf(s *spec, mode int) ([]view.Head, error) {
	mo := s.modes[mode]
	if mo.sheet == nil {
		return nil, fmt.Errorf("%w: page %s has no columns", ErrConfig, s.name())
	}
	m := &Model{st: &live.State{}, marks: live.NewMarks(), switches: switches{grouped: true}}
	m.st.Top = live.EmptyTopology()
	return mo.sheet(m, newPage(s, ref{})).heads(), nil
}

func (c Config) every() (time.Duration, error) {
	if c.Refresh == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(c.Refresh)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no interval such as 5s", c.Refresh)
	case d < live.MinEvery:
		return 0, fmt.Errorf("%s is less than %s", d, live.MinEvery)
	}
	return d, nil
}

// Apply fills the options that were not set on the command line.
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

// configure takes a configuration that was read again.
func (m *Model) configure(c Config) {
	if c.Theme != "" {
		m.look.Theme = c.Theme
	}
	m.look.ASCII = m.look.ASCII || c.ASCII
	m.palette = cell.NewPalette(m.look)
	m.opt.Filters, m.opt.Columns = c.Filters, c.Columns
	if every, err := c.every(); err == nil && every > 0 {
		m.send(live.SetInterval(every))
	}
}
