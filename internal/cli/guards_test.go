package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// TestFinishesIsInherited lets an interrupt wait for the commands of a group
// that finishes, and for one that does so by itself.
func TestFinishesIsInherited(t *testing.T) {
	quiet := runner(func() error { return nil })
	for _, tt := range []struct{ group, command, want bool }{{false, false, false}, {true, false, true}, {false, true, true}, {true, true, true}} {
		app := App{Entries: []Entry{{Name: "g", Help: "G.", Finishes: tt.group, Sub: []Entry{{Name: "c", Help: "C.", Cmd: quiet, Finishes: tt.command}}}}}
		cmd, _, err := parse(app, []string{"g", "c"}, &Env{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})
		if err != nil || cmd.path != "g c" || cmd.finishes != tt.want {
			t.Errorf("%+v: %+v %v", tt, cmd, err)
		}
	}
}

// TestInsertedByBash quotes what bash would run, and offers no word that it
// cannot insert, or that nobody can type.
func TestInsertedByBash(t *testing.T) {
	for _, tt := range []struct {
		line  typedLine
		value string
		want  string
		ok    bool
	}{
		{typedLine{shell: "bash"}, "a b", `a\ b`, true},
		{typedLine{shell: "fish"}, "a b", "a b", true},
		{typedLine{shell: "bash", cut: "x:"}, "x:a b", `a\ b`, true},
		{typedLine{shell: "bash", cut: "x:"}, "y:a", "", false},
		{typedLine{shell: "fish", cut: "x:"}, "y:a", "y:a", true},
		{typedLine{shell: "bash", quote: '"'}, "a!b", "", false},
		{typedLine{shell: "bash", quote: '"'}, "a$b", `a\$b`, true},
		{typedLine{shell: "bash", quote: '\''}, "a!b", "a!b", true},
		{typedLine{shell: "bash"}, "a!b", `a\!b`, true},
		{typedLine{shell: "bash"}, "", "", false},
		{typedLine{shell: "fish"}, "", "", false},
		{typedLine{shell: "fish"}, "a\xff", "", false},
		{typedLine{shell: "fish"}, "a\x1b", "", false},
		{typedLine{shell: "fish"}, "a\u202e", "", false},
	} {
		if got, ok := tt.line.insert(tt.value); got != tt.want || ok != tt.ok {
			t.Errorf("%+v %q: %q %v, want %q %v", tt.line, tt.value, got, ok, tt.want, tt.ok)
		}
	}
}

// TestTraceOfTLS counts the bytes of each kind of TLS record, and of nothing
// beside them.
func TestTraceOfTLS(t *testing.T) {
	for first := byte(0x12); first <= 0x19; first++ {
		var out bytes.Buffer
		(&traced{w: &out}).log(">", []byte{first, 'S', 'E', 'C'})
		if wrapped := strings.Contains(out.String(), "4 bytes of TLS"); wrapped != (first >= 0x14 && first <= 0x17) || wrapped == strings.Contains(out.String(), "SEC") {
			t.Errorf("%#x: %q", first, out.String())
		}
	}
}

// TestAccountsAreFew keeps the accounts of the last answer where there are more
// than may be kept, and writes nothing that it wrote a moment ago.
func TestAccountsAreFew(t *testing.T) {
	r := &roster{path: filepath.Join(t.TempDir(), "x.json")}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	accounts := func(prefix string, n int) *fleet.Snapshot {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprint(prefix, i))
		}
		return &fleet.Snapshot{Servers: []*fleet.Server{{Accountz: &server.Accountz{Accounts: append(names, "")}}, {Connz: &server.Connz{Conns: []*server.ConnInfo{nil, {}}}}}}
	}
	r.noteAccounts(now, &fleet.Snapshot{})
	if _, err := os.Stat(r.accountsPath()); !os.IsNotExist(err) {
		t.Errorf("a file of no account: %v", err)
	}
	r.noteAccounts(now, accounts("a", most-1))
	r.noteAccounts(now.Add(rosterRenewal-1), accounts("a", 1))
	if at := r.accounts()["a0"]; !at.Equal(now) {
		t.Errorf("written again at %v", at)
	}
	r.noteAccounts(now.Add(rosterRenewal), accounts("b", 1))
	if all := r.accounts(); len(all) != most || all["b0"].IsZero() || all["a0"].IsZero() {
		t.Errorf("%d accounts: as many as may be", len(all))
	}
	r.noteAccounts(now.Add(2*rosterRenewal), accounts("c", 3))
	if all := r.accounts(); len(all) < 3 || len(all) > most || all["c0"].IsZero() || all["c2"].IsZero() {
		t.Errorf("%d accounts", len(all))
	}
	if got := accountNames(accounts("d", most+5)); len(got) != most || got[""] {
		t.Errorf("%d names", len(got))
	}
}

// TestOpenRecordings opens a file, says what of it could not be read, and
// refuses what is not one.
func TestOpenRecordings(t *testing.T) {
	dir := t.TempDir()
	var body bytes.Buffer
	rec := recording.NewRecorder(&body, false)
	if err := rec.Snapshot(&fleet.Snapshot{Schema: fleet.Schema, Time: time.Unix(9, 0).UTC()}); err != nil {
		t.Fatal(err)
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		body  []byte
		flaws []string
		fails bool
	}{
		"whole":   {body.Bytes(), nil, false},
		"other":   {[]byte("no recording\n"), nil, true},
		"nothing": {nil, nil, true},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, tt.body, 0o600); err != nil {
			t.Fatal(err)
		}
		file, opened, err := OpenRecording(path)
		if (err != nil) != tt.fails || err != nil && !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		if got := Flaws("f", opened); !slices.Equal(got, tt.flaws) || opened.Len() != 1 {
			t.Errorf("%s: %q, %d snapshots", name, got, opened.Len())
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, path := range []string{dir, os.DevNull} {
		if _, _, err := OpenRecording(path); !errors.Is(err, recording.ErrInvalid) || !strings.HasSuffix(err.Error(), "not a regular file") {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, _, err := OpenRecording(filepath.Join(dir, "none")); !os.IsNotExist(err) || !strings.HasPrefix(err.Error(), "open ") {
		t.Errorf("%v", err)
	}
}

// TestDryRunIsNoFailure ends with 0, and says that nothing was changed.
func TestDryRunIsNoFailure(t *testing.T) {
	c := newConsole(t)
	c.sample.run = func(_ context.Context, e *Env) error {
		return (&ActFlags{dryRun: true}).Confirm(e, "this stops n1", "n1", true)
	}
	code, out, errs := c.run("look", "ls", "routes")
	if code != ExitOK || out != "" || errs != "natsctl: this stops n1\nnatsctl: --dry-run: nothing was changed\n" {
		t.Errorf("exit code %d, %q, %q", code, out, errs)
	}
}

// TestRosterHasNothingOfAPassword names the file of a fleet by its servers and
// not by a secret, in a directory of this user alone.
func TestRosterHasNothingOfAPassword(t *testing.T) {
	c := newConsole(t)
	e := c.Env(nil, nil)
	at := func(url string) *roster {
		return openRoster(e, &natsctx.Target{Context: natsctx.Context{Settings: natsctx.Settings{URL: url}}})
	}
	one := at("nats://bob:ONE@h:1")
	if other := at("nats://bob:TWO@h:1"); one.path != other.path || one.path == at("nats://bob:ONE@g:1").path {
		t.Errorf("%s and %s", one.path, other.path)
	}
	if err := writeCache(one.path, nil); err != nil {
		t.Fatal(err)
	}
	for dir := filepath.Dir(one.path); dir != c.env["HOME"]; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 && filepath.Separator == '/' {
			t.Errorf("%s: %v %v", dir, info.Mode(), err)
		}
	}
}
