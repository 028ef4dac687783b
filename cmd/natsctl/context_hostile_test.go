package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// hostileText would retitle the terminal, use the clipboard, move the cursor,
// forge a row and turn text around, if anything printed it as it is.
const hostileText = "evil\x1b]0;pwned\x07\x1b]52;c;cHduZWQ=\x07\x1b[2A\x1b[K\nforged\trow\r\u009b31m\u202etxt\u2028\xffend"

// rawControls returns what in an output could move or fool a terminal, apart
// from line ends and the tabs between columns.
func rawControls(out string) (bad []string) {
	for i := 0; i < len(out); {
		r, n := utf8.DecodeRuneInString(out[i:])
		switch {
		case r == '\n', r == '\t':
		case r < 0x20, r >= 0x7f && r < 0xa0, r == utf8.RuneError && n == 1,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
			bad = append(bad, out[max(0, i-10):min(len(out), i+10)])
		}
		i += n
	}
	return bad
}

// runHere runs a command line in this process, with a home of its own.
func runHere(home string, tty bool, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	e := &cli.Env{
		In: strings.NewReader(""), Out: &stdout, Err: &stderr, OutTTY: tty, ErrTTY: tty,
		Width: func() int { return 120 }, Now: time.Now,
		Getenv: func(name string) string { return map[string]string{"XDG_CONFIG_HOME": home}[name] },
	}
	code = run(args, e)
	return code, stdout.String(), stderr.String()
}

func TestHostileContextsDoNotReachTheTerminal(t *testing.T) {
	home := t.TempDir()
	store := natsctx.Open(home)
	if err := store.Create(&natsctx.Context{Name: "good"}); err != nil {
		t.Fatal(err)
	}
	all := map[string]any{hostileText: hostileText}
	for _, f := range natsctx.Fields() {
		if f.Kind == natsctx.Plain || f.Kind == natsctx.PublicFile || f.Kind == natsctx.URL {
			all[f.Key] = hostileText
		}
	}
	body, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.ReplaceAll(hostileText, "\xff", "") // which not every file system takes
	for file, content := range map[string]string{name: string(body), "plain": string(body), "broken": `{"` + hostileText} {
		if err := os.WriteFile(filepath.Join(home, "nats", "context", file+".json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"context", "ls"},
		{"context", "show", name},
		{"context", "show", name, "--show-secrets"},
		{"context", "show", "plain"},
		{"context", "show", "broken"},
		{"context", "show", hostileText + "x"},
		{"context", "select", name},
		{"context", "previous"},
		{"context", "validate"},
		{"context", "validate", "plain", "--connect"},
		{"context", "add", hostileText},
		{"context", "add", "x", "-s", hostileText},
		{"context", "add", "x", "--creds", hostileText},
		{"context", "copy", "plain", "copy"},
		{"context", "edit", "plain", "--clear", hostileText},
		{"context", "protect", name},
		{"context", "rm", name},
		{"context", "unselect"},
	} {
		for _, format := range cli.Formats {
			for _, tty := range []bool{true, false} {
				_, out, errs := runHere(home, tty, append(args, "-o", format)...)
				for _, bad := range rawControls(out + errs) {
					t.Errorf("%q -o %s (terminal %v): raw control in %q", args, format, tty, bad)
				}
			}
		}
	}
}
