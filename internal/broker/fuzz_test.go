package broker

import (
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
