package fleet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// go test ./internal/fleet -run TestRecordFixtures -fixtures records a real
// super-cluster anew. The files are committed and change only with it.
var recordFixtures = flag.Bool("fixtures", false, "record the fixtures in testdata anew")

const (
	superServers = 7
	rounds       = 6
	roundEvery   = 2 * time.Second
)

func TestRecordFixtures(t *testing.T) {
	if !*recordFixtures {
		t.Skip("only with -fixtures")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	shape := spec.Super(3, "east", "west").WithLeaf("edge", 1, "east")
	shape.Accounts = []spec.Account{{Name: "APP"}, {Name: "ORDERS"}, {Name: "BILLING"}}
	c, err := broker.Start(ctx, shape)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	nc, err := c.ConnectSys(nats.Name("operator"))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	events := collectEvents(t, nc)
	stage(ctx, t, c)

	var fixture fixture
	tick := time.NewTicker(roundEvery)
	defer tick.Stop()
	for range rounds {
		fixture.snapshots = append(fixture.snapshots, gather(ctx, t, nc, superServers))
		<-tick.C
	}
	fixture.events = events()
	fixture.anonymize()
	fixture.write(t, "super.ndjson.gz")
	fixture.degrade(t).write(t, "degraded.ndjson.gz")
	fixture.vandalize(t).write(t, "hostile.ndjson.gz")
}

// recording is a recording before it is written.
type fixture struct {
	snapshots []*fleet.Snapshot
	events    []fleet.Event
}

func (p fixture) write(t *testing.T, name string) {
	t.Helper()
	var out bytes.Buffer
	rec := recording.NewRecorder(&out, true)
	events := p.events
	for _, s := range p.snapshots {
		for len(events) > 0 && !events[0].Time.After(s.Time) {
			must(t, rec.Event(events[0]))
			events = events[1:]
		}
		must(t, rec.Snapshot(s))
	}
	must(t, rec.Close())
	must(t, os.WriteFile(filepath.Join("testdata", name), out.Bytes(), 0o644))
	t.Logf("%s: %d bytes", name, out.Len())
}

// anonymize removes the directories of the machine that recorded it.
func (p fixture) anonymize() {
	for _, s := range p.snapshots {
		for _, sv := range s.Servers {
			sv.Jsz.Config.StoreDir = "/data/jetstream"
			if js := sv.Varz.JetStream.Config; js != nil {
				js.StoreDir = sv.Jsz.Config.StoreDir
			}
			if js := sv.Statsz.JetStream; js != nil && js.Config != nil {
				js.Config.StoreDir = sv.Jsz.Config.StoreDir
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stage puts streams, consumers, clients and traffic on the cluster, and lets
// one client go, so that there is a closed connection.
func stage(ctx context.Context, t *testing.T, c *broker.Cluster) {
	t.Helper()
	for _, s := range []struct {
		user, stream string
		replicas     int
		consumers    []string
	}{
		{"orders", "ORDERS", 3, []string{"ship", "invoice"}},
		{"orders", "AUDIT", 1, nil},
		{"app", "KV_sessions", 3, []string{"sweeper"}},
		{"billing", "INVOICES", 3, []string{"export"}},
	} {
		js := jetStream(t, c, s.user)
		stream := createStream(ctx, t, js, jetstream.StreamConfig{
			Name: s.stream, Subjects: []string{s.stream + ".>"}, Replicas: s.replicas, MaxBytes: 64 << 20,
		})
		for _, name := range s.consumers {
			_, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{Durable: name, AckPolicy: jetstream.AckExplicitPolicy})
			must(t, err)
		}
	}
	for i, client := range []struct{ node, user, name, subject string }{
		{"east-1", "app", "dash-feed-1", "feed.>"},
		{"east-2", "app", "dash-feed-2", "feed.>"},
		{"east-3", "orders", "orders-api-1", "ORDERS.new"},
		{"west-1", "orders", "orders-api-2", "ORDERS.new"},
		{"west-2", "billing", "billing-exporter-0", "billing.>"},
		{"west-3", "app", "audit-sink", "audit.>"},
		{"edge", "app", "sensor-gw", "sensors.>"},
	} {
		nc, err := c.Node(client.node).Connect(client.user, nats.Name(client.name))
		must(t, err)
		t.Cleanup(nc.Close)
		_, err = nc.Subscribe(client.subject, func(*nats.Msg) {})
		must(t, err)
		go publish(ctx, nc, client.subject[:len(client.subject)-1], time.Duration(i+1)*5*time.Millisecond)
	}
	gone, err := c.Node("east-1").Connect("app", nats.Name("short-lived"))
	must(t, err)
	must(t, gone.Flush())
	gone.Close()
}

func jetStream(t *testing.T, c *broker.Cluster, user string) jetstream.JetStream {
	t.Helper()
	nc, err := c.Connect(user, nats.Name("stage"))
	must(t, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	must(t, err)
	return js
}

// createStream repeats what a young meta leader may lose.
func createStream(ctx context.Context, t *testing.T, js jetstream.JetStream, cfg jetstream.StreamConfig) jetstream.Stream {
	t.Helper()
	for {
		try, cancel := context.WithTimeout(ctx, time.Second)
		stream, err := js.CreateOrUpdateStream(try, cfg)
		cancel()
		if err == nil {
			return stream
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

func publish(ctx context.Context, nc *nats.Conn, prefix string, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if nc.Publish(fmt.Sprintf("%s%d", prefix, n%10), bytes.Repeat([]byte("x"), 100)) != nil {
				return
			}
		}
	}
}

// collectEvents records connects and disconnects until the returned function is
// called.
func collectEvents(t *testing.T, nc *nats.Conn) func() []fleet.Event {
	t.Helper()
	ch := make(chan *nats.Msg, 1000)
	kinds := map[string]fleet.EventKind{"CONNECT": fleet.EventConnect, "DISCONNECT": fleet.EventDisconnect}
	for last := range kinds {
		_, err := nc.ChanSubscribe("$SYS.ACCOUNT.*."+last, ch)
		must(t, err)
	}
	return func() []fleet.Event {
		var out []fleet.Event
		for len(ch) > 0 {
			m := <-ch
			var body server.DisconnectEventMsg
			must(t, json.Unmarshal(m.Data, &body))
			kind := kinds[m.Subject[bytes.LastIndexByte([]byte(m.Subject), '.')+1:]]
			out = append(out, fleet.Event{
				ID: body.ID, Time: body.Time, Kind: kind, Level: fleet.Info, Server: body.Server.Name,
				Cluster: body.Server.Cluster, Account: body.Client.Account, Who: body.Client.Name,
				Where: body.Client.Host, Why: body.Reason, Subject: m.Subject, Body: m.Data,
			})
		}
		return out
	}
}
