package natsctx

import (
	"os"
	"slices"
	"testing"
)

// TestSystemContexts finds what is saved for the system account of the same
// servers, by the name that local clusters give first, and nothing that only
// looks like it or is of other servers.
func TestSystemContexts(t *testing.T) {
	s := Open(t.TempDir())
	for _, c := range []Context{
		{Name: "lab", Settings: Settings{URL: "nats://127.0.0.1:14110,nats://127.0.0.1:14120"}},
		{Name: "lab-sys", Settings: Settings{URL: "nats://lab.example.net:4222"}},
		{Name: "boss", Settings: Settings{URL: "localhost:14120", Description: "the system account"}},
		{Name: "other", Settings: Settings{URL: "localhost:14120", User: "sys"}},
		{Name: "systems", Settings: Settings{URL: "localhost:14120", Description: "Systematic"}},
		{Name: "far-sys", Settings: Settings{URL: "nats://far.example.net"}},
		{Name: "far", Settings: Settings{URL: "nats://FAR.example.net:4222"}},
		{Name: "here-sys"},
	} {
		must(t, s.Create(&c))
	}
	must(t, os.WriteFile(s.Path("broken-sys"), []byte("{"), 0o600))
	for _, c := range []struct {
		name, urls string
		want       []string
	}{
		{"lab", "nats://127.0.0.1:14110,nats://127.0.0.1:14120", []string{"lab-sys", "boss", "other"}},
		{"", "nats://127.0.0.1:14120", []string{"boss", "other"}},
		{"boss", "localhost:14120", []string{"other"}},
		{"far", "nats://FAR.example.net:4222", []string{"far-sys"}},
		{"", "nats://127.0.0.1:4222", []string{"here-sys"}},
		{"", "tls://nowhere.example.net", nil},
	} {
		if got := s.SystemContexts(c.name, c.urls); !slices.Equal(got, c.want) {
			t.Errorf("%q at %s: got %q, want %q", c.name, c.urls, got, c.want)
		}
	}
	if got := Open("").SystemContexts("lab", ""); got != nil {
		t.Errorf("a user without a store has %q", got)
	}
}
