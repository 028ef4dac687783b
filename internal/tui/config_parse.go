package tui

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/view"
	"sigs.k8s.io/yaml"
)

// ParseConfig reads a configuration. Unknown keys, themes, pages and columns
// are errors that wrap [ErrConfig].
func ParseConfig(data []byte) (Config, error) {
	var c Config
	if err := yaml.UnmarshalStrict(data, &c); err != nil {
		return Config{}, fmt.Errorf("%w: %s", ErrConfig, plainYAML(err, data))
	}
	return c, c.check()
}

// plainYAML translates a JSON decoding error into YAML terms, with the line number
// if known: the file is decoded as JSON.
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

// kinds maps Go types to their YAML names.
var kinds = map[string]string{
	"bool": "true or false", "string": "text", "map[string]string": "names with text", "map[string][]string": "names with lists", "[]string": "a list of names",
}

// configKeys returns the keys of the file.
func configKeys() []string {
	return []string{"theme", "refresh", "page", "ascii", "graph", "mouse", "filters", "columns"}
}

// lineOf returns the line of a key as an error prefix, or "" if the key is not
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

// check validates the configuration, and expands column names.
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
	for name, columns := range c.Columns {
		full, err := fullNames(name, columns)
		if err != nil {
			return err
		}
		c.Columns[name] = full
	}
	return nil
}

// fullNames expands the column names of a page, or of one of its modes, as a filter
// does.
func fullNames(name string, columns []string) ([]string, error) {
	var names []string
	for _, s := range page.All() {
		for i, mo := range s.Modes {
			if (i > 0 || string(s.Kind) != name) && mo.Name != name {
				names = append(names, mo.Name)
				continue
			}
			heads, err := s.Heads(i)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrConfig, err)
			}
			return indexed(name, columns, heads)
		}
		names = append(names, string(s.Kind))
	}
	return nil, fmt.Errorf("%w: columns of no page %q%s", ErrConfig, name, view.Suggest(name, names))
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
