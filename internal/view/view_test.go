package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/natsctl/natsctl/internal/fleet"
)

type row struct {
	name  string
	bytes any
	rtt   any
}

var columns = []Column[row]{
	{Name: "name", Title: "NAME", Value: func(r row) any { return r.name }},
	{Name: "mem_bytes", Title: "MEM", Unit: Bytes, Sum: true, Value: func(r row) any { return r.bytes }},
	{Name: "rtt_seconds", Title: "RTT", Unit: Seconds, Wide: true, Value: func(r row) any { return r.rtt }},
}

func grid() Grid {
	return NewGrid(columns, slices.Values([]row{
		{"n1", int64(2048), 0.0015}, {"n3", nil, 0.2}, {"a\nb", int64(3 << 20), nil},
	}))
}

func names(g Grid) (out []string) {
	for _, r := range g.Rows {
		out = append(out, r[0].Raw.(string))
	}
	return out
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain \\x1b":             "plain \\x1b",
		"\x1b[31mred":             `\x1b[31mred`,
		"a\nb\tc\r\x00\x7f":       `a\nb\tc\r\x00\x7f`,
		"\u009b31m":               `\u009b31m`,
		"\u202eevil\u2066":        `\u202eevil\u2066`,
		"\u2028\u2029\ufeff":      `\u2028\u2029\ufeff`,
		"bad\xff\xc3":             `bad\xff\xc3`,
		"naïve 日本 ✓ é":            "naïve 日本 ✓ é",
		"tag\U000e0041":           `tag\U000e0041`,
		"\u200b\u200f\u061c":      `\u200b\u200f\u061c`,
		"real replacement \ufffd": "real replacement \ufffd",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("\x1b]0;owned\a\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		out := Text(s)
		if !utf8.ValidString(out) {
			t.Fatalf("%q is not valid UTF-8", out)
		}
		for _, r := range out {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q lets %U through", out, r)
			}
		}
	})
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		raw  any
		want string
	}{
		{Count, 12482, "12,482"},
		{Count, nil, "-"},
		{Bytes, int64(0), "0 B"},
		{Bytes, 2048, "2.00 KiB"},
		{Bytes, int64(1023), "1.00 KiB"},
		{Bytes, uint64(19) << 20, "19.0 MiB"},
		{Seconds, 0.000817, "817µs"},
		{Seconds, 0.00122, "1.22ms"},
		{Seconds, 250.0, "4m10s"},
		{Seconds, float64(3*86400 + 4*3600), "3d4h"},
		{Seconds, 90061.0, "1d1h"},
		{PerSec, 182_400.0, "182K"},
		{PerSec, 1_210_000, "1.21M"},
		{PerSec, 3.5, "3.50"},
		{BytesSec, 1 << 20, "1.00 MiB/s"},
		{Percent, 88.04, "88.0"},
		{Plain, true, "yes"},
		{Plain, []string{"a", "b"}, "a,b"},
	} {
		if got := c.unit.Format(c.raw); got != c.want {
			t.Errorf("unit %d of %v = %q, want %q", c.unit, c.raw, got, c.want)
		}
	}
}

func TestShape(t *testing.T) {
	for _, c := range []struct {
		shape Shape
		want  []string
	}{
		{Shape{Sort: "mem"}, []string{"a\nb", "n1", "n3"}},
		{Shape{Sort: "mem_bytes", Reverse: true}, []string{"n1", "a\nb", "n3"}},
		{Shape{Sort: "name", Limit: 2}, []string{"a\nb", "n1"}},
		{Shape{Filter: "rtt > 50ms"}, []string{"n3"}},
		{Shape{Filter: "mem >= 2KiB && mem < 1MB"}, []string{"n1"}},
		{Shape{Filter: `name = "n1" or name = 'n3'`}, []string{"n1", "n3"}},
		{Shape{Filter: `name startsWith "n" and not (name matches "3$")`}, []string{"n1"}},
		{Shape{Filter: `name = "10ms"`}, nil},
		{Shape{Reverse: true}, []string{"a\nb", "n3", "n1"}},
	} {
		g, err := c.shape.Apply(grid())
		if err != nil {
			t.Errorf("%+v: %v", c.shape, err)
			continue
		}
		if diff := cmp.Diff(c.want, names(g)); diff != "" {
			t.Errorf("%+v: %s", c.shape, diff)
		}
	}
}

func TestShapeRefusesUnknownColumns(t *testing.T) {
	_, err := Shape{Sort: "naem"}.Apply(grid())
	if !errors.Is(err, ErrColumn) || !strings.Contains(err.Error(), `did you mean "name"?`) {
		t.Errorf("sort: %v", err)
	}
	err = (&ColumnError{Name: "pendng", Known: []string{"cid", "pending_bytes"}})
	if !strings.Contains(err.Error(), `did you mean "pending_bytes"?`) {
		t.Errorf("without its unit: %v", err)
	}
	for _, source := range []string{"nam3 = 'x'", "name >", "mem + 1", "name", "name > 3"} {
		if _, err := (Shape{Filter: source}).Apply(grid()); !errors.Is(err, ErrFilter) {
			t.Errorf("filter %q: %v", source, err)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("mem > 1MB and name = 'x'")
	f.Fuzz(func(_ *testing.T, source string) {
		_, _ = Shape{Filter: source}.Apply(grid())
	})
}

func TestWriters(t *testing.T) {
	g := grid()
	var table, tsv, csv, js, yml bytes.Buffer
	for _, err := range []error{
		Style{}.Table(&table, g, g.Totals("total")), TSV(&tsv, g, true), CSV(&csv, g, false),
		JSON(&js, map[string]any{"rows": g.Records(), "evil": "\u202e\u009b\x7f\U000e0041"}, true),
		YAML(&yml, map[string]any{"rows": g.Records(), "evil": "\u202e\u009b\x1b\x7f"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, got, want string }{
		{"table", table.String(), "NAME        MEM\nn1     2.00 KiB\nn3            -\na\\nb   3.00 MiB\ntotal  3.00 MiB\n"},
		{"tsv", tsv.String(), "n1\t2048\t0.0015\nn3\t\t0.2\na\\nb\t3145728\t\n"},
		{"csv", csv.String(), "name,mem_bytes,rtt_seconds\nn1,2048,0.0015\nn3,,0.2\na\\nb,3145728,\n"},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	for name, out := range map[string]string{"json": js.String(), "yaml": yml.String()} {
		if strings.ContainsFunc(strings.ReplaceAll(out, "\n", ""), func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
			t.Errorf("%s lets a control through: %q", name, out)
		}
	}
	var back struct {
		Rows []struct {
			Name string
			Mem  *int64 `json:"mem_bytes"`
		}
		Evil string
	}
	if err := json.Unmarshal(js.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if back.Evil != "\u202e\u009b\x7f\U000e0041" || back.Rows[2].Name != "a\nb" || back.Rows[1].Mem != nil {
		t.Errorf("JSON changed the values: %+v", back)
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ word, want string }{{"proud", "prod"}, {"stagin", "staging"}, {"zzzz", ""}, {"PROD", "prod"}, {"local", ""}} {
		if got := fleet.Nearest(c.word, []string{"prod", "staging", "dev"}); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}
