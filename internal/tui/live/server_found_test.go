package live

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// TestServerFound finds a server by id, by cluster and name, and by a name that
// is its alone; of two with one name it takes none at random.
func TestServerFound(t *testing.T) {
	snap := fixture.Namesakes(0)
	snap.Servers = append(snap.Servers, &fleet.Server{Info: server.ServerInfo{ID: "LEAF1", Name: "edge", Cluster: "edge"}}, &fleet.Server{Info: server.ServerInfo{ID: "NONAME"}})
	st := stateAfter(snap)
	for _, c := range []struct{ id, cluster, name, want string }{
		{"WESTN1", "", "", "WESTN1"},
		{"WESTN1", "east", "n1", "WESTN1"},
		{"", "west", "n1", "WESTN1"},
		{"", "east", "n1", "EASTN1"},
		{"RESTARTED", "west", "n1", "WESTN1"},
		{"", "", "n1", ""},
		{"", "north", "n1", ""},
		{"", "", "edge", "LEAF1"},
		{"", "hub", "edge", "LEAF1"},
		{"", "", "LEAF1", "LEAF1"},
		{"", "", "", ""},
		{"", "", "n9", ""},
	} {
		got := ""
		if r := st.Server(c.id, c.cluster, c.name); r != nil {
			got = r.ID
		}
		if got != c.want {
			t.Errorf("id %q, cluster %q, name %q: %q, want %q", c.id, c.cluster, c.name, got, c.want)
		}
	}
}
