package hostile_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/testcluster/hostile"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestAttacks sends a request of each kind: something arrives, and nothing of an attack is left running when its test has ended.
func TestAttacks(t *testing.T) {
	names := map[string]bool{}
	for _, a := range hostile.Attacks() {
		if names[a.Name] {
			t.Errorf("two attacks are called %q", a.Name)
		}
		names[a.Name] = true
		t.Run(a.Name, func(t *testing.T) {
			if testing.Short() && strings.Contains(a.Name, "gzip") {
				t.Skip("takes seconds")
			}
			data := map[string]any{"STATSZ": &server.ServerStats{}, "VARZ": &server.Varz{}, "CONNZ": &server.Connz{}}
			evil := &stub.Node{Info: server.ServerInfo{Name: "evil", ID: "N" + strings.Repeat("A", 55)}, Data: data}
			f := stub.Start(t, evil)
			a.Start(t, f, evil)
			nc := f.Connect(t)
			sub, err := nc.SubscribeSync(nc.NewInbox())
			if err != nil {
				t.Fatal(err)
			}
			for kind := range data {
				if err := nc.PublishRequest("$SYS.REQ.SERVER.PING."+kind, sub.Subject, []byte("{}")); err != nil {
					t.Fatal(err)
				}
				if _, err := sub.NextMsg(30 * time.Second); err != nil && !errors.Is(err, nats.ErrNoResponders) {
					t.Errorf("%s is not answered: %v", kind, err)
				}
			}
		})
	}
}
