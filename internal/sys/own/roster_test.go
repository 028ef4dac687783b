package own

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestRoster waits for who answered in the round before, names who went
// silent, and forgets who came back under a new id.
func TestRoster(t *testing.T) {
	told := func(ids ...string) []*fleet.Server {
		var out []*fleet.Server
		for _, id := range ids {
			out = append(out, &fleet.Server{Info: server.ServerInfo{ID: id, Name: "n" + id[:1]}})
		}
		return out
	}
	r := newRoster()
	if r.incomplete(map[string]bool{}) {
		t.Error("waits for somebody in the first round")
	}
	if p := r.learn(told("1a", "2a")); len(p) > 0 {
		t.Errorf("first round: %+v", p)
	}
	if !r.incomplete(map[string]bool{"1a": true}) || r.incomplete(map[string]bool{"1a": true, "2a": true}) {
		t.Error("does not wait for 2a alone")
	}
	if p := r.learn(told("1a")); len(p) != 1 || p[0].Server != "n2" || p[0].Reason != fleet.Silent {
		t.Errorf("2a went silent: %+v", p)
	}
	if r.incomplete(map[string]bool{"1a": true}) {
		t.Error("waits again for one that is known to be silent")
	}
	if p := r.learn(told("1a", "2b")); len(p) > 0 {
		t.Errorf("n2 is back as 2b: %+v", p)
	}
	for range rosterKeeps {
		r.learn(told("1a"))
	}
	if p := r.learn(told("1a")); len(p) > 0 {
		t.Errorf("still named after %d rounds: %+v", rosterKeeps+1, p)
	}
}
