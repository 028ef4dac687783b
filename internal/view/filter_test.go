package view_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// measured is a table of one column of each unit.
func measured() view.Grid {
	cols := []view.Column[int]{
		{Name: "name", Value: func(i int) any { return []string{"alpha 10ms", "beta", ""}[i] }},
		{Name: "rtt_seconds", Unit: view.Seconds, Value: func(i int) any { return []any{0.0005, 90.0, nil}[i] }},
		{Name: "store_bytes", Unit: view.Bytes, Value: func(i int) any { return []any{uint64(1 << 40), 1500, nil}[i] }},
		{Name: "msgs", Unit: view.Count, Value: func(i int) any { return []any{int64(2_000_000), uint32(7), int32(-1)}[i] }},
		{Name: "since", Unit: view.Instant, Value: func(i int) any { return noon.Add(time.Duration(i) * time.Hour) }},
		{Name: "tags", Value: func(i int) any { return []string{"t", "u"}[:i] }},
		{Name: "on", Value: func(i int) any { return i == 1 }},
	}
	return view.NewGrid(cols, slices.Values([]int{0, 1, 2}))
}

func TestFilterLanguage(t *testing.T) {
	for source, want := range map[string]string{
		"rtt >= 500us": "01", "rtt >= 500µs": "01", "rtt > 500us": "1", "rtt = 1.5m": "1", "rtt = 500000ns": "0", "rtt = 0.025h": "1", "rtt < 0.002d and rtt >= 90s": "1",
		"store >= 1TiB": "0", "store > 1TB": "0", "store = 1.5KB": "1", "store = 1500B": "1", "store > 1024GiB": "", "store >= 1024GiB": "0", "store > 1MiB": "0", "store < 1KiB": "",
		"store = 1TiB": "0", "store = 1024GiB": "0", "store = 1048576MiB": "0", "store = 1073741824KiB": "0", "rtt = 0.5ms": "0",
		"store = 1099.511627776GB": "0", "store = 1099511.627776MB": "0", "store = 1.099511627776TB": "0",
		"msgs = 2M": "0", "msgs = 2000K": "0", "msgs = 0.002G": "0", "msgs < 0": "2", "msgs = 7": "1",
		"since > '2026-03-01T12:30:00Z'": "12", `since = "2026-03-01T12:00:00Z"`: "0",
		"name contains '10ms'": "0", "name = 'alpha 10ms'": "0", "name endsWith 'ta'": "1", "name matches '^a.*s$'": "0", "name == ''": "2", "`beta` = name": "1",
		"on": "1", "not on": "02", "on or msgs = -1": "12", "on and msgs = 7": "1", "'u' in tags": "2", "msgs != 7": "02", "msgs <= 7 and msgs>=-1": "12",
	} {
		out, err := view.Shape{Filter: source}.Apply(measured())
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		got := ""
		for _, row := range out.Rows {
			for i, all := range measured().Rows {
				if view.Raw(row[3].Raw) == view.Raw(all[3].Raw) {
					got += string(rune('0' + i))
				}
			}
		}
		if got != want {
			t.Errorf("%s keeps rows %q, want %q", source, got, want)
		}
	}
}

// TestFilterMistakes names the filter, and what is wrong with it in one line.
func TestFilterMistakes(t *testing.T) {
	for source, part := range map[string]string{
		"rtx > 1s": `unknown column "rtx"; did you mean "rtt_seconds"?`, "rtt": "the expression is not true or false", "rtt > 'x'": "mismatched types number and text", "msgs + 1": "the expression is not true or false", "name ~ 'x'": "", "msgs > 5xy": "",
		"s > 1": `unknown column "s": could be`,
	} {
		_, err := view.NewFilter(source, measured().Heads)
		if source == "s > 1" {
			heads := append(measured().Heads, view.Head{Name: "s_one"}, view.Head{Name: "s_two"})
			_, err = view.NewFilter(source, heads)
		}
		if !errors.Is(err, view.ErrFilter) || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), source) {
			t.Errorf("%s: %v", source, err)
		}
	}
	for source, want := range map[string]string{ // what shows only with a row
		"name > 3": `bad filter "name > 3": invalid operation: text > number (1:6)`,
		"tags":     `bad filter "tags": the expression is not true or false`,
		"name":     `bad filter "name": the expression is not true or false`,
	} {
		if _, err := (view.Shape{Filter: source}).Apply(measured()); !errors.Is(err, view.ErrFilter) || err.Error() != want {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
}

func TestColumnNames(t *testing.T) {
	g := view.Grid{Heads: []view.Head{{Name: "in_msgs"}, {Name: "in_msgs_per_second"}, {Name: "rtt_seconds"}, {Name: "rtt_max_seconds"}, {Name: "mem_bytes"}}}
	for name, want := range map[string]int{"in_msgs": 0, "in-msgs": 0, "in_msgs_per": 1, "rtt_seconds": 2, "rtt-max": 3, "mem": 4, "mem-bytes": 4} {
		if got, err := g.Index(name); err != nil || got != want {
			t.Errorf("%s is column %d, %v; want %d", name, got, err, want)
		}
	}
	for name, want := range map[string]string{
		"rtt": `unknown column "rtt": could be rtt_seconds or rtt_max_seconds`, "me": `unknown column "me"; did you mean "mem_bytes"?`, "zzzzz": `unknown column "zzzzz"`,
		"rt": `unknown column "rt"; did you mean "rtt_seconds"?`,
	} {
		_, err := g.Index(name)
		if !errors.Is(err, view.ErrColumn) || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	if _, err := g.GroupBy("nope"); !errors.Is(err, view.ErrColumn) {
		t.Errorf("%v", err)
	}
	if (view.Grid{Heads: []view.Head{{Name: "a"}}}).Totals("x") != nil {
		t.Error("a table without sums has totals")
	}
}

func TestGroups(t *testing.T) {
	cols := []view.Column[[2]int]{
		{Name: "kind", Title: "Kind", Wide: true, Value: func(r [2]int) any { return string(rune('a' + r[0])) }},
		{Name: "n", Title: "N", Unit: view.Bytes, Sum: true, Wide: true, Value: func(r [2]int) any { return r[1] }},
		{Name: "m", Title: "M", Value: func([2]int) any { return "x" }},
	}
	g, err := view.NewGrid(cols, slices.Values([][2]int{{1, 10}, {0, 5}, {1, 30}})).GroupBy("kind")
	if err != nil {
		t.Fatal(err)
	}
	want := []view.Head{{Name: "kind", Title: "Kind"}, {Name: "rows", Title: "Rows", Help: "Rows of this value.", Unit: view.Count, Sum: true}, {Name: "n", Title: "N", Unit: view.Bytes, Sum: true, Wide: true}}
	if !slices.Equal(g.Heads, want) {
		t.Errorf("%+v", g.Heads)
	}
	if len(g.Rows) != 2 || g.Rows[0][0].Raw != "b" || g.Rows[0][1] != (view.Cell{Raw: 2, Unit: view.Count}) || g.Rows[0][2] != (view.Cell{Raw: 40.0, Unit: view.Bytes}) || g.Rows[1][0].Raw != "a" {
		t.Errorf("%+v", g.Rows)
	}
	sums, err := view.NewGrid(cols, slices.Values([][2]int{{1, 10}})).GroupBy("n")
	if err != nil || len(sums.Heads) != 2 || sums.Heads[0].Sum {
		t.Errorf("by a column that adds up: %+v %v", sums.Heads, err)
	}
}

func TestNearestWord(t *testing.T) {
	for _, c := range []struct{ word, want string }{
		{"prodution", "production"},
		{"porduction", "production"},
		{"pro", "production"},
		{"tion", "production"},
		{"x", ""},
		{"q", ""},
		{"STAGE", "stage"},
		{"stagge", "stage"},
		{"sttagge", "stage"},
		{"abcdefghi", ""},
		{"tsage", "stage"},
	} {
		if got := fleet.Nearest(c.word, []string{"production", "stage"}); got != c.want {
			t.Errorf("%s is nearest to %q, want %q", c.word, got, c.want)
		}
	}
	if got := view.Suggest("ab\x1b", []string{"ab\x1bc"}); got != `; did you mean "ab\x1bc"?` {
		t.Errorf("%q", got)
	}
	if got := view.Suggest("abc", []string{"zzz"}); got != "" {
		t.Errorf("%q", got)
	}
}

func TestWriteWide(t *testing.T) {
	g := measured()
	g.Heads = slices.Clone(g.Heads)
	for i := range g.Heads {
		g.Heads[i].Wide = i != 1
	}
	var narrow, wide strings.Builder
	if view.TSV(&narrow, g, false) != nil || view.TSV(&wide, g, true) != nil {
		t.Fatal("no TSV")
	}
	if narrow.String() != "0.0005\n90\n-\n" || strings.Count(wide.String(), "\t") != 18 {
		t.Errorf("%q %q", narrow.String(), wide.String())
	}
	var js strings.Builder
	if err := view.JSON(&js, map[string]any{"a": "<&>", "n": nil}, true); err != nil || js.String() != "{\"a\":\"<&>\",\"n\":null}\n" {
		t.Errorf("%v %q", err, js.String())
	}
	js.Reset()
	if err := view.JSON(&js, map[string]any{"a": 1}, false); err != nil || js.String() != "{\n  \"a\": 1\n}\n" {
		t.Errorf("%v %q", err, js.String())
	}
	if err := view.JSON(&js, func() {}, true); err == nil {
		t.Error("a function is JSON")
	}
	if err := view.YAML(&js, func() {}); err == nil {
		t.Error("a function is YAML")
	}
}
