package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// oldServers is how many old servers form the cluster of the old fixture.
const oldServers = 3

// TestRecordOldFixture records a cluster of an old release, such as the 2.9
// that Debian ships, found in the path.
func TestRecordOldFixture(t *testing.T) {
	if !*recordFixtures {
		t.Skip("only with -fixtures")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	nc, app := startOld(ctx, t)
	js, err := jetstream.New(app)
	must(t, err)
	stream := createStream(ctx, t, js, jetstream.StreamConfig{Name: "OLD", Subjects: []string{"old.>"}, Replicas: 3})
	_, err = stream.CreateConsumer(ctx, jetstream.ConsumerConfig{Durable: "worker", AckPolicy: jetstream.AckExplicitPolicy})
	must(t, err)
	go publish(ctx, app, "old.", 5*time.Millisecond)
	var all fixture
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	for range 3 {
		all.snapshots = append(all.snapshots, gather(ctx, t, nc, oldServers))
		<-tick.C
	}
	all.anonymize()
	all.write(t, "old.ndjson.gz")
}

// startOld starts the cluster, with a system and an application connection. The
// test is skipped where there is no nats-server of 2.9.
func startOld(ctx context.Context, t *testing.T) (sys, app *nats.Conn) {
	t.Helper()
	bin := testcluster.Program(t, "2.9")
	clients, routes := testcluster.Ports(t, oldServers), testcluster.Ports(t, oldServers)
	var urls []string
	for _, p := range routes {
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", p))
	}
	for i := range oldServers {
		conf := fmt.Sprintf(`
server_name: old-%d
listen: 127.0.0.1:%d
cluster { name: old, listen: 127.0.0.1:%d, routes: [%s] }
jetstream { store_dir: %q }
accounts {
  SYS { users: [{user: sys, password: sys}] }
  APP { users: [{user: app, password: app}], jetstream: enabled }
}
system_account: SYS
`, i+1, clients[i], routes[i], strings.Join(urls, ","), t.TempDir())
		file := filepath.Join(t.TempDir(), "old.conf")
		must(t, os.WriteFile(file, []byte(conf), 0o600))
		run, stop := context.WithCancel(context.Background())
		cmd := exec.CommandContext(run, bin, "-c", file)
		must(t, cmd.Start())
		t.Cleanup(func() { stop(); _ = cmd.Wait() })
	}
	return dial(ctx, t, clients[0], "sys"), dial(ctx, t, clients[1], "app")
}

// dial connects once the server listens.
func dial(ctx context.Context, t *testing.T, port int, user string) *nats.Conn {
	t.Helper()
	for {
		nc, err := nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", port), nats.UserInfo(user, user), nats.Name("old-"+user))
		if err == nil {
			t.Cleanup(nc.Close)
			return nc
		}
		select {
		case <-ctx.Done():
			t.Fatal(errors.Join(ctx.Err(), err))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

var _ fleet.Source = (*recording.Player)(nil)
