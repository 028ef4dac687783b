package authcmd

import (
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
)

// TestShowNamesMissingServers shows what the others hold, and exits 3: a server that did
// not answer may hold another version, or know a name that the others do not.
func TestShowNamesMissingServers(t *testing.T) {
	one := []*fleet.Server{{Info: server.ServerInfo{ID: "A", Name: "n1"}}}
	all := &fleet.Snapshot{Servers: one, Expected: 1}
	some := &fleet.Snapshot{Servers: one, Expected: 2, Missing: []fleet.Missing{{Name: "n2"}}}
	broken := []auth.Link{{State: auth.Valid}, {State: auth.Invalid, Why: "expired"}}
	for name, c := range map[string]struct {
		err     error
		code    int
		missing bool
	}{
		"all answered":           {(&document{snap: all}).verdict(&cli.Env{}), cli.ExitOK, false},
		"a file":                 {(&document{}).verdict(&cli.Env{}), cli.ExitOK, false},
		"one is missing":         {(&document{snap: some}).verdict(&cli.Env{}), cli.ExitPartial, true},
		"a broken chain":         {(&document{snap: some, Chain: broken}).verdict(&cli.Env{}), cli.ExitAuth, false},
		"unknown":                {(&directory{snap: all}).unknown("x"), cli.ExitFailed, false},
		"unknown to those there": {(&directory{snap: some}).unknown("x"), cli.ExitPartial, true},
	} {
		code := cli.ExitOK
		if c.err != nil {
			code, _ = cli.Explain(Advices(), c.err)
		}
		if code != c.code || c.missing != (c.err != nil && strings.Contains(c.err.Error(), "n2")) {
			t.Errorf("%s: exit %d, want %d: %v", name, code, c.code, c.err)
		}
	}
	if err := (&directory{snap: some}).unknown("x"); !errors.Is(err, errUnknown) {
		t.Errorf("the name is not said to be unknown: %v", err)
	}
}
