package topcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// refusing are two servers: the one that natsctl is connected to, and one with
// three clients that does not close the connection of the second, and does not
// reload.
func refusing() (near, target *stub.Node) {
	node := func(name, letter string) *stub.Node {
		n := &stub.Node{Info: server.ServerInfo{Name: name, ID: "N" + strings.Repeat(letter, 55), Cluster: "e", Version: "2.12.0"}}
		n.Data = map[string]any{
			"STATSZ": &server.ServerStats{ActiveServers: 2}, "VARZ": &server.Varz{ID: n.Info.ID}, "LEAFZ": &server.Leafz{},
			"CONNZ": &server.Connz{}, "JSZ": &server.JSInfo{Disabled: true},
		}
		return n
	}
	near, target = node("n1", "A"), node("n2", "B")
	target.Data["CONNZ"] = &server.Connz{Conns: []*server.ConnInfo{{Cid: 23, Name: "a"}, {Cid: 24, Name: "b"}, {Cid: 25, Name: "c"}}}
	target.Data["RELOAD"], target.Data["LDM"] = errors.New("bad configuration"), struct{}{}
	target.Data["KICK"] = stub.Answer(func(m stub.Message) any {
		var asked server.KickClientReq
		if json.Unmarshal(m.Data, &asked) == nil && asked.CID == 24 {
			return []byte(`{"error":{"code":403,"description":"not this one"}}`)
		}
		return struct{}{}
	})
	return near, target
}

// TestRefusedActionsFail reports an action that a server refuses as failed, with
// what became of the rest.
func TestRefusedActionsFail(t *testing.T) {
	for verb, want := range map[string]string{"kick-clients": "n2: 2 kicked, 1 failed: ", "kick": "not this one", "reload": "bad configuration"} {
		synctest.Test(t, func(t *testing.T) {
			near, n := refusing()
			f := fleetActions{client: sys.New(stub.Start(t, near, n).Connect(t))}
			told, err := f.Do(t.Context(), live.Action{Verb: verb, Server: n.Info.Name, ServerID: n.Info.ID, Conn: 24, Who: "b"})
			if told != "" || !errors.Is(err, sys.ErrRefused) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q, %v; want a refusal with %q", verb, told, err, want)
			}
		})
	}
}

// TestLameDuckThatIsRefused starts no drain of a server without which something would
// stop working, and reports each step that fails.
func TestLameDuckThatIsRefused(t *testing.T) {
	broken := errors.New("no supervisor")
	for _, tt := range []struct {
		name, cluster string
		find, start   error
		want          error
		started       int
	}{
		{"a server that is not the last one", "e", nil, nil, nil, 1},
		{"the last server of its cluster", "w", nil, nil, act.ErrBlocked, 0},
		{"a home that cannot be read", "e", broken, nil, broken, 0},
		{"a drain that does not start", "e", nil, broken, broken, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			near, n := refusing()
			n.Info.Cluster = tt.cluster
			started := 0
			f := fleetActions{client: sys.New(stub.Start(t, near, n).Connect(t)), local: func(p *drain.Plan) (func(context.Context) error, error) {
				if p.Target.ID != n.Info.ID {
					t.Errorf("%s: a drain of %s", tt.name, p.Target.Name)
				}
				return func(context.Context) error { started++; return tt.start }, tt.find
			}}
			told, err := f.Do(t.Context(), live.Action{Verb: "lame-duck", Server: n.Info.Name, ServerID: n.Info.ID})
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) || (told == "") != (err != nil) || started != tt.started {
				t.Errorf("%s: %q, %v, started %d times", tt.name, told, err, started)
			}
		})
	}
}

// TestUnknownActionDoesNothing refuses an action that is not of the dashboard.
func TestUnknownActionDoesNothing(t *testing.T) {
	if told, err := (fleetActions{}).Do(t.Context(), live.Action{Verb: "purge", Server: "n1"}); err == nil || told != "" {
		t.Errorf("%q, %v", told, err)
	}
}

// TestInterruptedKicksAreNotDone reports kicks that were left as such.
func TestInterruptedKicksAreNotDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		near, n := refusing()
		n.Data["KICK"] = stub.Answer(func(stub.Message) any {
			interrupt()
			return struct{}{}
		})
		f := fleetActions{client: sys.New(stub.Start(t, near, n).Connect(t))}
		told, err := f.Do(ctx, live.Action{Verb: "kick-clients", Server: n.Info.Name, ServerID: n.Info.ID})
		if !errors.Is(err, context.Canceled) || !strings.Contains(told, "1 kicked, 2 not tried") {
			t.Errorf("%q, %v", told, err)
		}
	})
}

// TestServerElsewhereHasNoLocalDrain finds no way to drain a server that is in no
// local cluster, and says when the clusters cannot be read.
func TestServerElsewhereHasNoLocalDrain(t *testing.T) {
	home := t.TempDir()
	e := &cli.Env{Getenv: func(string) string { return home }}
	p := &drain.Plan{Varz: &server.Varz{Host: "127.0.0.1", Port: 4222}}
	if start, err := localDrain(e, p); start != nil || err != nil {
		t.Errorf("there is a way: %v, %v", start != nil, err)
	}
	e.Getenv = func(string) string { return "" }
	if start, err := localDrain(e, p); start != nil {
		t.Errorf("without a home: %v", err)
	}
}

// TestHintsOfRefusals says that nothing was done, and what to do, without flags that
// the dashboard has not.
func TestHintsOfRefusals(t *testing.T) {
	e := &cli.Env{}
	for err, want := range map[error]string{cli.ErrProtected: "nothing was changed; natsctl context unprotect", act.ErrBlocked: "nothing was changed; fix", act.ErrNoTrigger: "nothing was done"} {
		if hint := topHint(e, fmt.Errorf("n1: %w", err)); !strings.HasPrefix(hint, want) {
			t.Errorf("%v: %q", err, hint)
		}
	}
}
