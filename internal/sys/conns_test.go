package sys_test

import (
	"testing"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// TestLeafnodesAreMeantByNumber selects an account that a leafnode serves too:
// its link is no client, unless its number is named.
func TestLeafnodesAreMeantByNumber(t *testing.T) {
	c := real.Start(t, spec.Nodes(1).WithLeaf("edge", 1, spec.DefaultName))
	hub := c.Nodes()[0]
	client := connect(t, hub)
	crowd(t, hub, "worker", 3)
	account := fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Scope: fleet.Scope{Name: hub.Name()}, Conns: fleet.ConnWant{Account: "APP"}}
	var leaf uint64
	eventually(t, client, account, func(s *fleet.Snapshot) bool {
		for _, conn := range s.Servers[0].Connz.Conns {
			if (sys.Conn{Info: conn}).Leaf() {
				leaf = conn.Cid
			}
		}
		return leaf != 0
	})
	for name, tt := range map[string]struct {
		sel  sys.ConnSelection
		want int
	}{
		"the account":    {sys.ConnSelection{Account: "APP"}, 3},
		"its number":     {sys.ConnSelection{CIDs: []uint64{leaf}}, 1},
		"number and all": {sys.ConnSelection{CIDs: []uint64{leaf}, Account: "APP"}, 1},
	} {
		conns, snap, err := client.Conns(t.Context(), fleet.Scope{Name: hub.Name()}, tt.sel)
		if err != nil || !snap.Complete() || len(conns) != tt.want {
			t.Errorf("%s: %d connections, want %d (%v)", name, len(conns), tt.want, err)
		}
	}
}
