package broker

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// FuzzLogLine: a line of a log is never lost, whoever wrote it.
func FuzzLogLine(f *testing.F) {
	for _, seed := range []string{
		"", "[1] 2026/01/02 03:04:05.000006 [INF] hello", "[1] 2026/99/99 99:99:99.0 [XXX] ", "panic: runtime error",
		"[1] 2026/01/02 03:04:05.000006 [INF] \x1b[2Jforged\n", "[\xff] [ERR]", strings.Repeat("[1]", 99),
	} {
		f.Add(seed)
	}
	before := LogLine{Time: time.Unix(1, 0), Level: LogError}
	f.Fuzz(func(t *testing.T, line string) {
		got := parseLine("dev-1", line, before)
		if !strings.HasSuffix(line, got.Text) || got.Node != "dev-1" || got.Time.IsZero() {
			t.Errorf("%q: %+v", line, got)
		}
	})
}

// FuzzLeaf: a leaf group that is taken has servers and somewhere to go.
func FuzzLeaf(f *testing.F) {
	for _, seed := range []string{"", "@", "2@east", "2@east:APP", "-1@east", "0@e", "99999999999999999999@e", "1@:", "1@a:b:c", "NaN@e", " 1@e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		leaf, err := parseLeaf(text)
		if err != nil && !errors.Is(err, ErrSpec) || err == nil && (leaf.Count < 1 || leaf.Remote == "") {
			t.Errorf("%q: %+v, %v", text, leaf, err)
		}
	})
}
