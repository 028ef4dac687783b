package sys_test

import (
	"context"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// TestOwnSourceDenied asks as a user who may not ask JetStream: it is told at
// once and not after the timeout, and every server tells of the account, those
// without a connection of it too.
func TestOwnSourceDenied(t *testing.T) {
	user := broker.User{Name: "app", Permissions: broker.Permissions{DenyPub: []string{"$JS.API.>"}}}
	c := start(t, broker.Spec{
		Name: "mine", Clusters: []broker.ClusterSpec{{Name: "mine", Nodes: 3}},
		Accounts: []broker.Account{{Name: "APP", Users: []broker.User{user}}},
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	nc, err := c.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	own := sys.New(nc, sys.WithTimeout(10*time.Minute)).Own() // a wait for it would outlast the test
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Connz, fleet.Jsz}, JS: fleet.JSWant{Streams: true}}
	for {
		s, err := own.Snapshot(ctx, want)
		if err != nil {
			t.Fatal(err)
		}
		if s.Own.JetStream != nil {
			t.Fatalf("JetStream told what it may not: %+v", s.Own.JetStream)
		}
		if len(s.Servers) == 3 {
			return
		}
	}
}
