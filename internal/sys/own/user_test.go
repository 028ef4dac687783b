package own_test

import (
	"context"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// TestUserInfoBesideLeaf asks who it is in an account that leafnodes share: they
// answer too, each with the user that it is linked as, and at times first.
func TestUserInfoBesideLeaf(t *testing.T) {
	c := real.Start(t, broker.Spec{
		Name: "mine", Clusters: []broker.ClusterSpec{{Name: "hub", Nodes: 2}},
		Leafs:    []broker.LeafSpec{{Name: "edge", Count: 2, Remote: "hub", Account: "APP"}},
		Accounts: []broker.Account{{Name: "APP", Users: []broker.User{{Name: "app"}}}},
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	nc := real.Connect(t, c, "app")
	client := sys.New(nc, sys.WithTimeout(time.Minute))
	for i := range 50 {
		info, err := client.UserInfo(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if info.UserID != "app" || info.Account != "APP" {
			t.Fatalf("answer %d is of another user: %+v", i, info)
		}
	}
}
