package benchcmd

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
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

// TestCleanAsks removes what a run left behind after the word was typed, never in a
// protected context, and nothing that was used a moment ago.
func TestCleanAsks(t *testing.T) {
	e, stream := limited(t)
	store, err := e.Store()
	if err != nil {
		t.Fatal(err)
	}
	cfg := stream.CachedInfo().Config
	cfg.Metadata = map[string]string{"natsctl.bench.run": "r1"}
	nc, err := nats.Connect(serverOf(t, e))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		act       cli.ActFlags
		older     time.Duration
		protected bool
		typed     string
		want      error
		left      bool
	}{
		{"enter", cli.ActFlags{}, 0, false, "\n", cli.ErrDeclined, true},
		{"the name of the stream", cli.ActFlags{}, 0, false, "MINE\n", cli.ErrDeclined, true},
		{"protected", cli.ActFlags{Yes: true}, 0, true, "clean\n", cli.ErrProtected, true},
		{"protected, --force asks", cli.ActFlags{Force: true}, 0, true, "\n", cli.ErrDeclined, true},
		{"used a moment ago", cli.ActFlags{Yes: true}, time.Hour, false, "", nil, true},
		{"the word", cli.ActFlags{}, 0, false, "clean\n", nil, false},
	} {
		if err := store.SetMark("open", func(m *natsctx.Mark) { m.Protected = c.protected }); err != nil {
			t.Fatal(err)
		}
		e.In = strings.NewReader(c.typed)
		if err := (&benchClean{older: c.older, act: c.act}).Run(t.Context(), e); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if _, err := js.Stream(t.Context(), "MINE"); (err == nil) != c.left {
			t.Errorf("%s: the stream: %v", c.name, err)
		}
	}
}

// serverOf is the server of the context "open".
func serverOf(t *testing.T, e *cli.Env) string {
	t.Helper()
	target, err := e.Target()
	if err != nil {
		t.Fatal(err)
	}
	return target.URL
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
