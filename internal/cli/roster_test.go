package cli

import (
	"testing"
	"time"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/sys"
)

// FuzzCaches: whatever the files in the cache hold, completion and what is
// remembered of a fleet go on as if there were none, and write whole ones.
func FuzzCaches(f *testing.F) {
	for _, seed := range []string{"", "null", "[]", "{}", `[null,{"id":1}]`, `[{"ID":"a","Name":"\u001b[2J","Seen":"0001-01-01T00:00:00Z"}]`, `{"A":"x"}`, `{"A\nB":"2026-01-02T03:04:05Z"}`, "\x1f\x8b"} {
		f.Add([]byte(seed))
	}
	home := f.TempDir()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	e := &Env{Now: func() time.Time { return now }, Getenv: func(name string) string { return map[string]string{"XDG_CACHE_HOME": home}[name] }}
	target := &natsctx.Target{Context: natsctx.Context{Name: "x"}}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := openRoster(e, target)
		for _, path := range []string{r.path, r.accountsPath()} {
			if err := writeCache(path, body); err != nil {
				t.Fatal(err)
			}
		}
		r = openRoster(e, target)
		_ = r.accounts()
		r.save(now, append(r.known, sys.Known{ID: "ID", Name: "new", Seen: now}))
		if got := openRoster(e, target).known; len(got) == 0 {
			t.Errorf("%q: nothing was remembered", body)
		}
	})
}
