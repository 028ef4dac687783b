package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// placeholders are what the wire or Go says for nothing, and what no reader may
// take for a value.
var placeholders = []string{
	"0001-01-01", "1970-01-01", "292y", "292471", `\n`, "%!", "<nil>", "NaN", "Inf", "9223372036854775807", "18446744073709551615",
}

// TestFormatsAgree runs every command that a recording answers in every format:
// all end with one exit code, none shows a placeholder as if it were a value, and
// no row for a program begins with an empty cell.
func TestFormatsAgree(t *testing.T) {
	testcluster.Slow(t)
	for _, rec := range []string{superRecording, degradedRecording, oldRecording, hostileRecording} {
		for _, cmd := range append(replayCommands(), []string{"server", "ls"}) {
			codes := map[int][]string{}
			for _, format := range formatsOf(cmd) {
				if format == "nagios" { // which has exit codes of its own
					continue
				}
				out, words, code := play(t, false, append(slices.Clone(cmd), "--replay", rec, "-o", format)...)
				codes[code] = append(codes[code], format)
				for _, bad := range placeholders {
					allowed := bad == `\n` && (format == "dot" || rec == hostileRecording) // a line end in a label; names from strangers
					if at := strings.Index(out+words, bad); at >= 0 && !allowed {
						t.Errorf("%s: %v -o %s shows %q: ...%q", rec, cmd, format, bad, (out + words)[max(0, at-60):at+len(bad)])
					}
				}
				if format == "table" && (strings.HasPrefix(out, "\t") || strings.Contains(out, "\n\t")) {
					t.Errorf("%s: %v: a row begins with an empty cell", rec, cmd)
				}
			}
			if len(codes) != 1 {
				t.Errorf("%s: %v: exit codes %v", rec, cmd, codes)
			}
		}
	}
}
