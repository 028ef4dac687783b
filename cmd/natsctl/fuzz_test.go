package main

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/sys"
)

// FuzzEditedContext: whatever an editor leaves behind, reading it does not
// panic, and a mistake in it is one of usage.
func FuzzEditedContext(f *testing.F) {
	for _, seed := range []string{
		"", "url: nats://a\n", "url: [a]", "a: &a [*a]", "user: x\nuser: y", "password: hunter2\nurll: x", "tls_first: yes\n",
		"windows_ca_certs_match: [a, null]", "\t", "url: \x1b[2J", "- a", "{}", "---\n---\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := parseEdited(text)
		if code, _ := explain(err); err != nil && code != exitUsage && code != exitFailed {
			t.Errorf("%q: exit code %d: %v", text, code, err)
		}
		_ = set.Validate()
	})
}

// FuzzLimits: a file of limits is taken whole or refused with the place of the
// mistake, and no limit is a number that nothing can be compared with.
func FuzzLimits(f *testing.F) {
	for _, seed := range []string{
		"", "cpu_percent=70,90\n# comment\n\nmemory_percent = -,95", "cpu_percent=nan,inf", "cpu_percent=1e999,0x1p-2", "cpu_percent", "=", "nope=1", "\x00\xff=1,2",
	} {
		f.Add(seed)
	}
	path := filepath.Join(f.TempDir(), "limits")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ranges, err := (&checkCommand{limits: path}).ranges()
		if err != nil && (!errors.Is(err, checks.ErrLimit) || !strings.HasPrefix(err.Error(), path+":")) {
			t.Errorf("%q: %v", text, err)
		}
		for name, r := range ranges {
			if math.IsInf(r.Warn, 0) || math.IsInf(r.Crit, 0) {
				t.Errorf("%q: %s is %+v", text, name, r)
			}
		}
	})
}

// FuzzCaches: whatever the files in the cache hold, completion and what is
// remembered of a fleet go on as if there were none, and write whole ones.
func FuzzCaches(f *testing.F) {
	for _, seed := range []string{"", "null", "[]", "{}", `[null,{"id":1}]`, `[{"ID":"a","Name":"\u001b[2J","Seen":"0001-01-01T00:00:00Z"}]`, `{"A":"x"}`, `{"A\nB":"2026-01-02T03:04:05Z"}`, "\x1f\x8b"} {
		f.Add([]byte(seed))
	}
	home := f.TempDir()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e := &env{now: func() time.Time { return now }, getenv: func(name string) string { return map[string]string{"XDG_CACHE_HOME": home}[name] }}
	target := &natsctx.Target{Context: natsctx.Context{Name: "x"}}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := e.openRoster(target)
		for _, path := range []string{r.path, r.accountsPath()} {
			if err := writeCache(path, body); err != nil {
				t.Fatal(err)
			}
		}
		r = e.openRoster(target)
		_ = r.accounts()
		r.save(now, append(r.known, sys.Known{ID: "ID", Name: "new", Seen: now}))
		if got := e.openRoster(target).known; len(got) == 0 {
			t.Errorf("%q: nothing was remembered", body)
		}
	})
}
