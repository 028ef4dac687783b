package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// TestColorsAndASCII follows the flags, the environment and the locale.
func TestColorsAndASCII(t *testing.T) {
	utf8 := map[string]string{"LANG": "en_US.UTF-8"}
	for _, tt := range []struct {
		name         string
		tty          bool
		flags        Globals
		env          map[string]string
		color, ascii bool
	}{
		{"terminal", true, Globals{}, nil, true, false},
		{"pipe", false, Globals{}, nil, false, false},
		{"--no-color", true, Globals{NoColor: true}, utf8, false, false},
		{"NO_COLOR", true, Globals{}, map[string]string{"NO_COLOR": "1"}, false, false},
		{"CLICOLOR=0", true, Globals{}, map[string]string{"CLICOLOR": "0"}, false, false},
		{"CLICOLOR=1", true, Globals{}, map[string]string{"CLICOLOR": "1"}, true, false},
		{"dumb", true, Globals{}, map[string]string{"TERM": "dumb"}, false, false},
		{"--ascii", true, Globals{ASCII: true}, utf8, true, true},
		{"--ascii of JSON", false, Globals{ASCII: true, Output: "json"}, utf8, false, true},
		{"--ascii of YAML", false, Globals{ASCII: true, Output: "yaml"}, utf8, false, false},
		{"C", true, Globals{}, map[string]string{"LANG": "C"}, true, true},
		{"utf8", true, Globals{}, map[string]string{"LANG": "C.utf8"}, true, false},
		{"LC_ALL before LANG", true, Globals{}, map[string]string{"LANG": "C.UTF-8", "LC_ALL": "C"}, true, true},
		{"LC_CTYPE before LANG", true, Globals{}, map[string]string{"LANG": "C", "LC_CTYPE": "C.UTF-8"}, true, false},
		{"C, a table into a pipe", false, Globals{}, map[string]string{"LANG": "C"}, false, true},
		{"C, JSON into a pipe", false, Globals{Output: "json"}, map[string]string{"LANG": "C"}, false, false},
		{"C, JSON on a terminal", true, Globals{Output: "json"}, map[string]string{"LANG": "C"}, true, true},
	} {
		var out bytes.Buffer
		c := &console{env: tt.env, tty: tt.tty}
		e := c.Env(&out, &out)
		e.Flags = tt.flags
		if err := e.Flags.resolve(e); err != nil {
			t.Fatal(err)
		}
		e.useASCII()
		_, _ = io.WriteString(e.Out, "●")
		if got := out.String() != "●"; got != tt.ascii || e.OutColor != tt.color || e.errColor != tt.color {
			t.Errorf("%s: ASCII %v, color %v", tt.name, got, e.OutColor)
		}
		out.Reset()
		_, _ = io.WriteString(e.Screen(), "●")
		if out.String() != "●" {
			t.Errorf("%s: the screen gets %q", tt.name, out.String())
		}
	}
}

// TestProgress shows a line that the next one replaces, on a terminal alone.
func TestProgress(t *testing.T) {
	for tty, want := range map[bool]string{true: "\rnatsctl: a\\x1bb\x1b[K\r\x1b[K", false: ""} {
		var errs bytes.Buffer
		e := &Env{Err: &errs, ErrTTY: tty}
		e.Progress("a\x1bb")
		e.Progress("")
		if errs.String() != want {
			t.Errorf("terminal %v: %q", tty, errs.String())
		}
	}
}

// TestCloseInReverse closes what was opened last first, and once.
func TestCloseInReverse(t *testing.T) {
	var order []int
	e := &Env{}
	for i := range 3 {
		e.OnClose(func() { order = append(order, i) })
	}
	e.Session, e.roster = &session{}, &roster{}
	beside := e.WithFlags(Globals{User: "other"})
	beside.Close()
	if len(order) > 0 || beside.Session != nil || beside.roster != nil || beside.Flags.User != "other" || e.Session == nil {
		t.Errorf("another connection: %v %+v", order, beside)
	}
	e.Close()
	e.Close()
	if !slices.Equal(order, []int{2, 1, 0}) {
		t.Errorf("%v", order)
	}
}

// TestOverrides moves each flag of the connection to the setting of its name,
// and reads secrets from where the flags say.
func TestOverrides(t *testing.T) {
	c := newConsole(t)
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(c.env["HOME"], name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c.in = "FROM-STDIN\r\nmore"
	var errs bytes.Buffer
	e := c.Env(nil, &errs)
	g := Globals{
		Context: "c", noContext: true, Servers: []string{"a", "b"}, creds: "cr", nkey: "nk", User: "us", tlsCert: "ce", tlsKey: "ke", tlsCA: "ca", tlsFirst: true,
		Insecure: true, inboxPrefix: "in", socksProxy: "so", allowURLOverride: true, Timeout: 7 * time.Second, TokenFile: file("token", "TOKEN\n", 0o600), passwordStdin: true,
	}
	got, err := g.Overrides(e)
	want := natsctx.Overrides{
		Context: "c", NoContext: true, Timeout: 7 * time.Second, Insecure: true, AllowURLOverride: true,
		Settings: natsctx.Settings{URL: "a,b", User: "us", Creds: "cr", NKey: "nk", Cert: "ce", Key: "ke", CA: "ca", TLSFirst: true, InboxPrefix: "in", SocksProxy: "so", Password: "FROM-STDIN", Token: "TOKEN"},
	}
	if err != nil || got.Context != want.Context || got.NoContext != want.NoContext || got.Timeout != want.Timeout || got.Insecure != want.Insecure || got.AllowURLOverride != want.AllowURLOverride {
		t.Errorf("%v", err)
	}
	for _, f := range natsctx.Fields() {
		if f.Value(&got.Settings) != f.Value(&want.Settings) {
			t.Errorf("%s is %q, want %q", f.Key, f.Value(&got.Settings), f.Value(&want.Settings))
		}
	}
	for _, flags := range []Globals{{PasswordFile: file("open", "x", 0o644)}, {TokenFile: file("open2", "x", 0o644)}, {PasswordFile: "none"}, {TokenFile: file("empty", "", 0o600)}} {
		if got, err := flags.Overrides(e); err == nil || got.Password != "" || got.Token != "" {
			t.Errorf("%+v: %v", flags, err)
		}
	}
	c.in = "PASSWORD"
	if got, err := (&Globals{passwordStdin: true}).Overrides(c.Env(nil, &errs)); err != nil || got.Password != "PASSWORD" {
		t.Errorf("without a line end: %v", err)
	}
	broken := &Env{In: failingReader{errors.New("broken")}}
	if _, err := (&Globals{passwordStdin: true}).Overrides(broken); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("%v", err)
	}
	if errs.Len() > 0 {
		t.Errorf("%q", errs.String())
	}
}

// TestWarnings warns of what is insecure, each time.
func TestWarnings(t *testing.T) {
	c := newConsole(t)
	c.saveContext(t, "c", `{"url":"nats://e:1","user":"kim","password":"PASSWORD","socks_proxy":"p:1"}`)
	for _, tt := range []struct {
		flags Globals
		env   string
		want  string
	}{
		{Globals{Servers: []string{"nats://127.0.0.1:1"}}, "", ""},
		{Globals{Servers: []string{"nats://127.0.0.1:1"}, Insecure: true}, "", "natsctl: warning: --insecure: the server's certificate is not verified; anyone between can read and change the traffic\n"},
		{Globals{Context: "c"}, "", "natsctl: warning: the secret may be sent to e without encryption; a tls:// URL requires it\n"},
		{Globals{Context: "c"}, "q:1", "natsctl: warning: the secret may be sent to e without encryption; a tls:// URL requires it\nnatsctl: warning: environment variables override the context: NATS_SOCKS_PROXY\n"},
	} {
		var errs bytes.Buffer
		c.env["NATS_SOCKS_PROXY"] = tt.env
		e := c.Env(nil, &errs)
		e.Flags = tt.flags
		target, err := e.Target()
		if err != nil {
			t.Fatal(err)
		}
		e.Warn(target)
		if errs.String() != tt.want {
			t.Errorf("%+v: %q", tt, errs.String())
		}
	}
}

// TestWatch repeats a round until the interrupt, draws over the one before on a
// terminal, goes on after a partial answer, and ends with a recording.
func TestWatch(t *testing.T) {
	partial := Partial(&fleet.Snapshot{Expected: 1})
	for _, tt := range []struct {
		name   string
		tty    bool
		format string
		rounds []error
		want   error
		out    string
		told   bool
	}{
		{"into a pipe", false, "table", []error{nil, nil, io.EOF}, nil, "0\n1\n2\n", false},
		{"on a terminal", true, "table", []error{nil, nil, io.EOF}, nil, "\x1b[2J\x1b[H0\x1b[K\n\x1b[J\x1b[H1\x1b[K\n\x1b[J\x1b[H2\x1b[K\n\x1b[J", false},
		{"JSON on a terminal", true, "json", []error{nil, io.EOF}, nil, "0\n1\n", false},
		{"rows of JSON on a terminal", true, "ndjson", []error{nil, io.EOF}, nil, "0\n1\n", false},
		{"a partial answer", false, "table", []error{partial, io.EOF}, nil, "0\n1\n", true},
		{"a failure", false, "table", []error{nil, errCommand, nil}, errCommand, "0\n1\n", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var out, errs bytes.Buffer
			c := &console{tty: tt.tty, env: map[string]string{}}
			e := c.Env(&out, &errs)
			e.Flags.Output = tt.format
			n := 0
			begun := time.Now()
			err := (&WatchFlags{Every: 3 * time.Second}).Loop(t.Context(), e, func(context.Context) error {
				_, _ = io.WriteString(e.Out, string(rune('0'+n))+"\n")
				n++
				return tt.rounds[n-1]
			})
			if took := time.Since(begun); !errors.Is(err, tt.want) || out.String() != tt.out || (errs.Len() > 0) != tt.told || took != time.Duration(n-1)*3*time.Second {
				t.Errorf("%s: %v, %q, %q, after %s", tt.name, err, out.String(), errs.String(), took)
			}
		})
	}
	once := 0
	if err := (&WatchFlags{}).Loop(t.Context(), &Env{}, func(context.Context) error { once++; return io.EOF }); !errors.Is(err, io.EOF) || once != 1 {
		t.Errorf("without --watch: %v, %d rounds", err, once)
	}
	if err := (&WatchFlags{Every: 99 * time.Millisecond}).Loop(t.Context(), &Env{}, nil); !errors.As(err, new(UsageError)) {
		t.Errorf("%v", err)
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	err := (&WatchFlags{Every: 100 * time.Millisecond}).Loop(interrupted, &Env{Out: io.Discard}, func(context.Context) error { interrupt(); return nil })
	if err != nil {
		t.Errorf("interrupted: %v", err)
	}
}

// TestRosterChanges writes the file when a server is new, changed or seen again
// after a minute, keeps the newest of one name, and forgets after a week.
func TestRosterChanges(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	old := sys.Known{ID: "1", Name: "n", Cluster: "C", Seen: now.Add(-rosterRenewal)}
	r := &roster{known: []sys.Known{old}}
	change := func(f func(k *sys.Known)) []sys.Known {
		k := old
		f(&k)
		return []sys.Known{k}
	}
	for _, tt := range []struct {
		name  string
		known []sys.Known
		at    time.Time
		want  bool
	}{
		{"the same", []sys.Known{old}, now, false},
		{"after more than a minute", []sys.Known{old}, now.Add(1), true},
		{"one more", []sys.Known{old, {ID: "2"}}, now, true},
		{"another id", change(func(k *sys.Known) { k.ID = "2" }), now, true},
		{"another name", change(func(k *sys.Known) { k.Name = "m" }), now, true},
		{"another cluster", change(func(k *sys.Known) { k.Cluster = "D" }), now, true},
		{"left", change(func(k *sys.Known) { k.Left = now }), now, true},
		{"seen now", change(func(k *sys.Known) { k.Seen = now }), now, false},
	} {
		if got := r.changed(tt.at, tt.known); got != tt.want {
			t.Errorf("%s: changed %v", tt.name, got)
		}
	}
	got := prune(now, []sys.Known{
		{ID: "9", Name: "n", Cluster: "C", Seen: now.Add(-time.Hour)},
		{ID: "3", Name: "n", Cluster: "C", Seen: now},
		{ID: "2", Name: "n", Cluster: "D", Seen: now},
		{ID: "5", Name: "week", Seen: now.Add(-rosterKeeps)},
		{ID: "4", Name: "almost", Seen: now.Add(1 - rosterKeeps)},
	})
	ids := ""
	for _, k := range got {
		ids += k.ID
	}
	if ids != "234" {
		t.Errorf("%s is kept", ids)
	}
}

// TestCacheHome is within the user's own directories, or nowhere.
func TestCacheHome(t *testing.T) {
	for _, tt := range []struct{ xdg, home, want string }{
		{"/x", "/h", "/x/natsctl"}, {"", "/h", "/h/.cache/natsctl"}, {"rel", "/h", "/h/.cache/natsctl"}, {"", "rel", ""}, {"", "", ""},
	} {
		if got := cacheHome(func(name string) string { return map[string]string{"XDG_CACHE_HOME": tt.xdg, "HOME": tt.home}[name] }); filepath.ToSlash(got) != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 lines", 1: "1 line", 2: "2 lines"} {
		if got := Plural(n, "line"); got != want {
			t.Errorf("%q", got)
		}
	}
	if OrDash("") != "-" || OrDash("x") != "x" {
		t.Error("OrDash")
	}
}

// TestBuildIsDescribed shortens the revision and says when it was modified.
func TestBuildIsDescribed(t *testing.T) {
	for want, b := range map[string]buildInfo{
		"v1":                        {Version: "v1"},
		"v1 abc":                    {Version: "v1", Revision: "abc"},
		"v1 0123456789ab, modified": {Version: "v1", Revision: "0123456789abcdef", Modified: true},
	} {
		if got := b.describe(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
