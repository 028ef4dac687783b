package view_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/view"
)

func TestASCII(t *testing.T) {
	for in, want := range map[string]string{
		"plain\x1b[0m\n": "plain\x1b[0m\n", "817µs 5μs": "817us 5us", "● ▲ ✗ ◌ └── ├── │": "* ! x ? `-- |-- |", "naïve 日": `na\u00efve \u65e5`, "≥ 5 … → ×": ">= 5 ... -> x", "😀": `\ud83d\ude00`,
	} {
		if got := view.ASCII(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// TestASCIIOfAnything writes nothing but ASCII in whatever pieces the text
// comes, and JSON stays the same value.
func TestASCIIOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		var out bytes.Buffer
		w := &view.ASCIIWriter{W: &out}
		for rest := []byte(text); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			if k, err := w.Write(rest[:n]); k != n || err != nil {
				t.Fatalf("%d of %d: %v", k, n, err)
			}
			rest = rest[n:]
		}
		if out.String() != view.ASCII(text) || strings.ContainsFunc(out.String(), func(r rune) bool { return r > 0x7f }) {
			t.Fatalf("%q, want %q", out.String(), view.ASCII(text))
		}
		plain := strings.Map(func(r rune) rune {
			if strings.ContainsRune("µμ●▲✗◌✓…–—→≥≤×·└├│─“”‘’", r) {
				return 'x'
			}
			return r
		}, text)
		doc, err := json.Marshal(plain)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal([]byte(view.ASCII(string(doc))), &back); err != nil || back != plain {
			t.Fatalf("%q reads back as %q: %v", plain, back, err)
		}
	})
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("closed") }

func TestASCIIWriterFails(t *testing.T) {
	if _, err := (&view.ASCIIWriter{W: broken{}}).Write([]byte("x")); err == nil {
		t.Error("a closed pipe is written to")
	}
}

// TestCSVFormulas puts an apostrophe in front of text that a spreadsheet would
// run, and of nothing else.
func TestCSVFormulas(t *testing.T) {
	cols := []view.Column[any]{{Name: "v", Value: func(v any) any { return v }}, {Name: "-n", Value: func(any) any { return -5 }}}
	for _, c := range []struct {
		value any
		want  string
	}{
		{`=HYPERLINK("x","y")`, `"'=HYPERLINK(""x"",""y"")"`},
		{"+1", "'+1"},
		{"-1+cmd", "'-1+cmd"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"  =1", "'  =1"},
		{"|x", "'|x"},
		{"%x", "'%x"},
		{[]string{"=a", "b"}, `"'=a,b"`},
		{-5, "-5"},
		{-0.5, "-0.5"},
		{"a=b", "a=b"},
		{"", ""},
		{nil, ""},
		{"x-1", "x-1"},
		{"\t=1", `\t=1`},
		{true, "true"},
	} {
		g := view.NewGrid(cols, slices.Values([]any{c.value}))
		var safe, raw strings.Builder
		if err := errors.Join(view.CSV(&safe, g, false), view.CSV(&raw, g, true)); err != nil {
			t.Fatal(err)
		}
		if got := safe.String(); got != "v,-n\n"+c.want+",-5\n" {
			t.Errorf("%v is written as %q", c.value, got)
		}
		if strings.Contains(raw.String(), "'") {
			t.Errorf("%v is written raw as %q", c.value, raw.String())
		}
	}
}
