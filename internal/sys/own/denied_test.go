package own_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// TestOwnSourceDenied asks as a user who may not ask JetStream: it is told at
// once and not after the timeout, and every server reports the account, those
// without a connection of it too.
func TestOwnSourceDenied(t *testing.T) {
	user := spec.User{Name: "app", Permissions: spec.Permissions{DenyPub: []string{"$JS.API.>"}}}
	c := real.Start(t, spec.Spec{
		Name: "mine", Clusters: []spec.Cluster{{Name: "mine", Nodes: 3}},
		Accounts: []spec.Account{{Name: "APP", Users: []spec.User{user}}},
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	nc := real.Connect(t, c, "app")
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

// TestOwnAccountDenied asks as users whose permissions leave out a part, or all,
// of what servers tell an account of itself: the part is named with its
// subject, the rest is there, and nothing waits for a timeout.
func TestOwnAccountDenied(t *testing.T) {
	part := spec.User{Name: "part", Permissions: spec.Permissions{DenyPub: []string{"$SYS.REQ.USER.INFO", "$SYS.REQ.ACCOUNT.PING.CONNZ"}}}
	none := spec.User{Name: "none", Permissions: spec.Permissions{Pub: []string{"own.>"}}}
	deaf := spec.User{Name: "deaf", Permissions: spec.Permissions{Sub: []string{"own.>"}}}
	c := real.Start(t, spec.Spec{
		Name: "mine", Clusters: []spec.Cluster{{Name: "mine", Nodes: 2}},
		Accounts: []spec.Account{{Name: "APP", Users: []spec.User{part, none, deaf}}},
	})
	kinds := []fleet.Kind{endpoint.UserInfo, fleet.Connz, fleet.AccountStatz, fleet.Jsz}
	for name, refused := range map[string][]fleet.Kind{"part": kinds[:2], "none": kinds, "deaf": kinds} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			nc := real.Connect(t, c, name)
			client := sys.New(nc, sys.WithTimeout(10*time.Minute)) // a wait for it would outlast the test
			if _, err := client.Snapshot(ctx, fleet.Want{}); name == "none" && !errors.Is(err, sys.ErrNotSystem) {
				t.Errorf("asked as a system user: %v", err)
			}
			own, err := client.OwnAccount(ctx, fleet.ConnWant{})
			if err != nil {
				t.Fatal(err)
			}
			checkRefused(t, own, refused)
			if _, err := client.Own().Snapshot(ctx, fleet.Want{Kinds: kinds[1:]}); errors.Is(err, sys.ErrPermission) != (name != "part") {
				t.Errorf("as a source: %v", err)
			}
		})
	}
}

// checkRefused compares what was denied with what should have been.
func checkRefused(t *testing.T, own *sys.Own, want []fleet.Kind) {
	t.Helper()
	denied := map[fleet.Kind]bool{}
	for _, k := range want {
		denied[k] = true
	}
	for _, k := range []fleet.Kind{endpoint.UserInfo, fleet.Connz, fleet.AccountStatz, fleet.Jsz} {
		if err := own.Refused(k); errors.Is(err, sys.ErrPermission) != denied[k] {
			t.Errorf("%s: %v", k, err)
		}
	}
	if got := len(own.Snapshot.Servers); (got == 0) != denied[fleet.AccountStatz] {
		t.Errorf("%d servers told of the account", got)
	}
}
