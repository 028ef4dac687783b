package own_test

import (
	"context"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// TestUserInfoBesideLeaf asks who it is in an account that leafnodes share: they
// answer too, each with the user that it is linked as, and at times first.
func TestUserInfoBesideLeaf(t *testing.T) {
	c := real.Start(t, spec.Spec{
		Name: "mine", Clusters: []spec.Cluster{{Name: "hub", Nodes: 2}},
		Leafs:    []spec.Leaf{{Name: "edge", Count: 2, Remote: "hub", Account: "APP"}},
		Accounts: []spec.Account{{Name: "APP", Users: []spec.User{{Name: "app"}}}},
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
