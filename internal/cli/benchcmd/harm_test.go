package benchcmd

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// limited runs a server with a stream of 10 messages that holds no more, and makes
// it the context "open".
func limited(t *testing.T) (*cli.Env, jetstream.Stream) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("server does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	nc, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "MINE", Subjects: []string{"mine"}, MaxMsgs: 10})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := js.Publish(t.Context(), "mine", nil); err != nil {
			t.Fatal(err)
		}
	}
	e, _ := home(t, "open", "")
	file := filepath.Join(e.Getenv("HOME"), "nats", "context", "open.json")
	if err := os.WriteFile(file, []byte(`{"url":"`+s.ClientURL()+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	e.Flags.Output = "json"
	return e, stream
}

// TestHarmIsRefused keeps the user's messages without --destroy-messages, also
// when --yes and --force are given.
func TestHarmIsRefused(t *testing.T) {
	e, stream := limited(t)
	spec := scenario.Spec{Workload: scenario.JSPub, JS: &scenario.Stream{Name: "MINE"}, Msgs: 30, Warmup: -1}
	f := &benchRunFlags{runs: 1, yes: true, force: true, quiet: true}
	if err := f.perform(t.Context(), e, spec); !errors.Is(err, bench.ErrHarm) {
		t.Errorf("got %v", err)
	}
	if info, err := stream.Info(t.Context()); err != nil || info.State.LastSeq != 10 || info.State.Msgs != 10 {
		t.Errorf("%+v, %v", info.State, err)
	}
	var out bytes.Buffer
	e.Out = &out
	f.destroy = true
	if err := f.perform(t.Context(), e, spec); err != nil && !errors.As(err, new(doubtfulError)) {
		t.Errorf("allowed: %v", err)
	}
	if res, err := result.Decode(out.Bytes()); err != nil || res.Runs[0].JS.Stored != 10 {
		t.Errorf("%v: %s", err, out.String())
	}
}

// TestMissedObjectiveOfAnyWorkload ends with the error of a missed objective.
func TestMissedObjectiveOfAnyWorkload(t *testing.T) {
	e, _ := limited(t)
	spec := scenario.Spec{Workload: scenario.KV, KV: &scenario.Bucket{Keys: 5}, Msgs: 20, Warmup: -1}
	f := &benchRunFlags{runs: 1, quiet: true, slo: "rate<1"}
	if err := f.perform(t.Context(), e, spec); !errors.Is(err, result.ErrSLO) {
		t.Errorf("got %v", err)
	}
}
