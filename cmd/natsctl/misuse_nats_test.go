package main

import (
	"bytes"
	"cmp"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
)

// TestWordsOfTheNatsCLI answers each of its words with a command that there is.
func TestWordsOfTheNatsCLI(t *testing.T) {
	call := func(args ...string) (string, int) {
		var out, words bytes.Buffer
		code := run(args, &cli.Env{In: strings.NewReader(""), Out: &out, Err: &words, Width: func() int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }})
		return out.String() + words.String(), code
	}
	for theirs, ours := range fromNats {
		text, code := call(strings.Fields(theirs)...)
		want := "use the nats CLI"
		if ours != "" {
			want = "natsctl " + ours + " does that"
		}
		if code != cli.ExitUsage || !strings.Contains(text, want) {
			t.Errorf("natsctl %s: exit %d, no %q in %s", theirs, code, want, text)
		}
		if ours == "" {
			continue
		}
		if text, code = call(append(strings.Fields(ours), "--help")...); code != cli.ExitOK || !strings.Contains(text, "usage: natsctl "+ours) {
			t.Errorf("natsctl %s --help: exit %d: %s", ours, code, text)
		}
	}
	in := map[string]string{"--for": "bench pub"}
	for theirs, ours := range flagsFromNats {
		args := append(strings.Fields(cmp.Or(in[theirs], "server report connections")), theirs+"=3")
		if text, code := call(args...); code != cli.ExitUsage || !strings.Contains(text, ours+" does that") {
			t.Errorf("%s: exit %d, no %q in %s", theirs, code, ours, text)
		}
	}
	if text, code := call("context", "show", "--top=3"); code != cli.ExitUsage || strings.Contains(text, "--limit") {
		t.Errorf("a flag that the command does not have either: exit %d, %s", code, text)
	}
}
