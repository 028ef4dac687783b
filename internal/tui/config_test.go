package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/view"
)

// TestConfigColumns checks that columns are named as in a filter, that a name
// without its unit is enough, and that a wrong one is refused with the nearest.
func TestConfigColumns(t *testing.T) {
	c, err := ParseConfig([]byte("columns:\n  servers: [name, cpu, uptime]\n  streams: [stream, messages]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if have, want := c.Columns["servers"], []string{"name", "cpu_percent", "uptime_seconds"}; !slices.Equal(have, want) {
		t.Errorf("columns %v, want %v", have, want)
	}
	for text, wrong := range map[string]string{
		"columns: {servers: [uptim]}": `did you mean "uptime_seconds"?`,
		"columns: {server: [name]}":   "has no columns",
		"columns: {strems: [stream]}": `did you mean "streams"?`,
		"columns: {matrix: [stream]}": "has no columns",
		"colums: {servers: [name]}":   "colums",
		"refresh: 10ms":               "less than 1s",
		"refresh: 5":                  `invalid interval "5"`,
		"ascii: true\npages: x":       `line 2: unknown key "pages"; did you mean "page"?`,
		"page: serverz":               `page: no page "serverz"`,
		"mouse: maybe":                "line 1: mouse is true or false, not string",
		"filters: [a]":                "line 1: filters is names with text, not array",
		"columns: {servers: name}":    "columns is ",
		"theme: [1":                   "line 1: did not find expected",
		"columns: {closed: [pendng]}": "pendng",
	} {
		if _, err := ParseConfig([]byte(text)); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v, want %q in it", text, err, wrong)
		}
	}
}

// TestOptionsCheck checks that a page and a sort column that do not exist are
// errors and not another page.
func TestOptionsCheck(t *testing.T) {
	for _, o := range []Options{{}, {Page: "servers", Sort: "cpu"}, {Page: "server east-1"}, {Page: "peers", Sort: "lag"}, {Page: "conns", Sort: "pending"}} {
		if err := o.Check(); err != nil {
			t.Errorf("%q by %q: %v", o.Page, o.Sort, err)
		}
	}
	if err := (Options{Page: "serverz"}).Check(); err == nil || !strings.Contains(err.Error(), `did you mean "servers"?`) {
		t.Errorf("a page that is not there: %v", err)
	}
	if err := (Options{Page: "servers", Sort: "cpuu"}).Check(); !errors.Is(err, view.ErrColumn) {
		t.Errorf("a column that is not there: %v", err)
	}
}

// FuzzParseConfig: whatever the file of the dashboard holds, reading it does
// not panic, and what cannot be used is an ErrConfig.
func FuzzParseConfig(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", "theme: dark\nrefresh: 2s\ngraph: blocks\n", "refresh: -1s", "refresh: 9999999h",
		"columns: {servers: [name, cpu], closed: []}", "columns: {servers: null, '': [name]}", "filters: {a: 'cpu > 1'}",
		"a: &a [*a]", "a: &a {b: &b [x,x,x]}\nc: [*b,*b]", "theme: \x1b[31m", "\t", "columns: {servers: [_]}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data)
		if err != nil && !errors.Is(err, ErrConfig) {
			t.Errorf("%v", err)
		}
		if err == nil && c.check() != nil {
			t.Errorf("%+v: %v", c, c.check())
		}
	})
}

// TestFilterCheck refuses a filter that would show every row, before a script
// takes these for the answer.
func TestFilterCheck(t *testing.T) {
	for filter, good := range map[string]bool{"": true, "cpu>80": true, "orders !test": true, "~^dash-": true, "((": false, "cpu>": false, "~(": false} {
		if err := (Options{Page: "servers", Filter: filter}).Check(); good != (err == nil) || !good && !errors.Is(err, view.ErrFilter) {
			t.Errorf("%q: %v", filter, err)
		}
	}
}

// TestNamedFilter uses a filter of the configuration by its name, and a word as
// a word where that is asked for.
func TestNamedFilter(t *testing.T) {
	m := pressed(crowdState(1, 20), 120, 40)
	m.opt.Filters = map[string]string{"few": "cid<=3"}
	for _, c := range []struct {
		line string
		want int
	}{{"conns few", 3}, {"filter @few", 3}, {"filter few", 3}, {"conns /few", 0}, {"filter client-7", 1}} {
		pressedOn(m, ":"+c.line, "enter")
		if got := len(m.cur().List().Order); got != c.want {
			t.Errorf(":%s keeps %d rows, want %d", c.line, got, c.want)
		}
	}
}
