package fleet_test

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
)

// TestEvacuatedStreamIsReported evacuates a server of a cluster of three, where no
// other one can take its replica: the stream that had three has two, and the row
// says so once the stream's first minute is over.
func TestEvacuatedStreamIsReported(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a cluster")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shape := spec.Nodes(3)
	shape.Accounts = []spec.Account{{Name: "APP"}}
	c, err := broker.Start(ctx, shape)
	must(t, err)
	defer c.Close()
	nc, err := c.ConnectSys(nats.Name("operator"))
	must(t, err)
	defer nc.Close()
	createStream(ctx, t, jetStream(t, c, "app"), jetstream.StreamConfig{Name: "R3", Subjects: []string{"r.>"}, Replicas: 3})
	row := onlyStream(ctx, t, nc)
	if row.Replicas != 3 || row.Wanted != 3 || len(row.Peers) != 2 {
		t.Fatalf("%d of %d replicas", row.Replicas, row.Wanted)
	}
	_, err = nc.RequestWithContext(ctx, "$JS.API.SERVER.EVACUATE", []byte(`{"peer":"`+row.Peers[0].Name+`"}`))
	must(t, err)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for row.Replicas != 2 || !row.Known {
		select {
		case <-ctx.Done():
			t.Fatalf("%d replicas: %v", row.Replicas, ctx.Err())
		case <-tick.C:
			row = onlyStream(ctx, t, nc)
		}
	}
	if row.Missing != 0 {
		t.Error("a replica is missing in the stream's first minute")
	}
	s := gather(ctx, t, nc, 3)
	for _, sv := range s.Servers {
		sv.Info.Time = sv.Info.Time.Add(time.Minute)
	}
	if row := fleet.StreamRows(s, nil)[0]; row.Missing != 1 || row.State != "2 of 3 replicas" || row.Level != fleet.Warn {
		t.Errorf("%s %q, %d missing", row.Level, row.State, row.Missing)
	}
}

// onlyStream is the one stream of the cluster.
func onlyStream(ctx context.Context, t *testing.T, nc *nats.Conn) *fleet.StreamRow {
	t.Helper()
	rows := fleet.StreamRows(gather(ctx, t, nc, 3), nil)
	if len(rows) != 1 {
		t.Fatalf("%d streams", len(rows))
	}
	return rows[0]
}
