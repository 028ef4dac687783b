package fleetcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// kicked is a server that exists in its answers only: it has the connections
// that a test gives it, and answers a kick as the test says.
type kicked struct {
	info  server.ServerInfo
	conns []sys.Conn
}

// serveKicks answers for a server with n connections; onKick gives the error of
// the answer to the kick of a connection, nil for success.
func serveKicks(t *testing.T, n int, onKick func(cid uint64) *server.ApiError) (*sys.Client, *kicked) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("not ready")
	}
	connect := func() *nats.Conn {
		nc, err := nats.Connect(s.ClientURL())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		return nc
	}
	k := &kicked{info: server.ServerInfo{Name: "n1", ID: "NSERVER", Version: "2.12.0", Cluster: "east"}}
	for i := range n {
		k.conns = append(k.conns, sys.Conn{Server: k.info, Info: &server.ConnInfo{
			Cid: uint64(11 + i), Kind: "Client", Name: fmt.Sprintf("worker-%d", i), Start: time.Unix(1700000000, int64(i)),
		}})
	}
	answer := func(kind string, body func([]byte) (any, *server.ApiError)) {
		if _, err := responder(connect(), "$SYS.REQ.SERVER.NSERVER."+kind, k.info, body); err != nil {
			t.Fatal(err)
		}
	}
	answer("CONNZ", func(request []byte) (any, *server.ApiError) {
		var o server.ConnzOptions
		_ = json.Unmarshal(request, &o)
		z := &server.Connz{ID: k.info.ID}
		for _, c := range k.conns {
			if c.Info.Cid == o.CID {
				z.Conns, z.NumConns = []*server.ConnInfo{c.Info}, 1
			}
		}
		return z, nil
	})
	answer("KICK", func(request []byte) (any, *server.ApiError) {
		var o server.KickClientReq
		_ = json.Unmarshal(request, &o)
		return nil, onKick(o.CID)
	})
	return sys.New(connect(), sys.WithTimeout(5*time.Second)), k
}

// responder answers requests of one subject in the envelope of a server.
func responder(nc *nats.Conn, subject string, info server.ServerInfo, body func([]byte) (any, *server.ApiError)) (*nats.Subscription, error) {
	sub, err := nc.Subscribe(subject, func(m *nats.Msg) {
		data, failed := body(m.Data)
		reply, _ := json.Marshal(struct {
			Server server.ServerInfo `json:"server"`
			Data   any               `json:"data,omitempty"`
			Error  *server.ApiError  `json:"error,omitempty"`
		}{info, data, failed})
		_ = m.Respond(reply)
	})
	if err != nil {
		return nil, err
	}
	return sub, nc.Flush()
}

// snapshot is what a fleet of this server alone tells.
func (k *kicked) snapshot() *fleet.Snapshot {
	return &fleet.Snapshot{Expected: 1, Servers: []*fleet.Server{{Info: k.info}}}
}

// reportKicks kicks all connections and returns the outcomes by number, what
// was said, and the error.
func reportKicks(ctx context.Context, t *testing.T, client *sys.Client, k *kicked, snap *fleet.Snapshot) (map[uint64]string, string, error) {
	t.Helper()
	var out, told bytes.Buffer
	e := &cli.Env{Out: &out, Err: &told, Width: func() int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }}
	e.Flags.Output = "json"
	err := (&kick{}).report(ctx, e, client, k.conns, snap)
	var doc struct {
		Rows []struct {
			CID     uint64 `json:"cid"`
			Outcome string `json:"outcome"`
		} `json:"rows"`
	}
	if decodeErr := json.Unmarshal(out.Bytes(), &doc); decodeErr != nil {
		t.Fatalf("%v in %s", decodeErr, out.String())
	}
	outcomes := map[uint64]string{}
	for _, r := range doc.Rows {
		outcomes[r.CID] = r.Outcome
	}
	return outcomes, told.String(), err
}

// TestFailedKicksFail ends with an error when a server refuses a kick, after it
// has told what became of the others.
func TestFailedKicksFail(t *testing.T) {
	client, k := serveKicks(t, 3, func(cid uint64) *server.ApiError {
		if cid == 12 {
			return &server.ApiError{Code: 403, Description: "not here"}
		}
		return nil
	})
	outcomes, told, err := reportKicks(t.Context(), t, client, k, k.snapshot())
	if !errors.Is(err, sys.ErrRefused) || !strings.Contains(err.Error(), "1 connection not kicked") {
		t.Errorf("%v, want a refusal", err)
	}
	if code := exitCode(err); code != cli.ExitFailed {
		t.Errorf("exit code %d, want %d", code, cli.ExitFailed)
	}
	if outcomes[11] != "kicked" || outcomes[12] != "failed" || outcomes[13] != "kicked" {
		t.Errorf("outcomes %v", outcomes)
	}
	if !strings.Contains(told, "2 kicked, 1 failed\n") {
		t.Errorf("told %q", told)
	}
}

// TestKickOfAPartIsPartial fails when a server could not be asked for its
// connections, although those of the others are closed.
func TestKickOfAPartIsPartial(t *testing.T) {
	client, k := serveKicks(t, 1, func(uint64) *server.ApiError { return nil })
	for _, tt := range []struct {
		name string
		edit func(*fleet.Snapshot)
		code int
	}{
		{"all answered", func(*fleet.Snapshot) {}, cli.ExitOK},
		{"a server is missing", func(s *fleet.Snapshot) { s.Missing = []fleet.Missing{{Name: "n2", Reason: fleet.Silent}} }, cli.ExitPartial},
		{"an answer is missing", func(s *fleet.Snapshot) {
			s.Problems = []fleet.Problem{{Server: "n2", Kind: fleet.Connz, Reason: fleet.Late}}
		}, cli.ExitPartial},
	} {
		snap := k.snapshot()
		tt.edit(snap)
		outcomes, _, err := reportKicks(t.Context(), t, client, k, snap)
		if code := exitCode(err); code != tt.code || outcomes[11] != "kicked" {
			t.Errorf("%s: exit code %d, want %d; %v; outcomes %v", tt.name, code, tt.code, err, outcomes)
		}
	}
}

// TestInterruptedKickIsFinished interrupts while a server is closing the first
// connection: its answer is awaited and told, the rest is left.
func TestInterruptedKickIsFinished(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	asked := make(chan uint64, 3)
	client, k := serveKicks(t, 3, func(cid uint64) *server.ApiError {
		asked <- cid
		interrupt()
		return nil
	})
	var out, told bytes.Buffer
	e := &cli.Env{Out: &out, Err: &told, Width: func() int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }}
	e.Flags.Output = "ndjson"
	c := &kick{}
	c.pace.PerSecond = 1
	if err := c.report(ctx, e, client, k.conns, k.snapshot()); err != nil {
		t.Error(err)
	}
	if got := <-asked; got != 11 || len(asked) > 0 {
		t.Errorf("kick of %d, and %d more", got, len(asked))
	}
	if !strings.Contains(told.String(), "1 kicked, 2 not tried\n") || !strings.Contains(told.String(), "interrupted; ") {
		t.Errorf("told %q", told.String())
	}
}

// TestKickSummary counts each outcome under its own words.
func TestKickSummary(t *testing.T) {
	counts := map[sys.KickOutcome]int{sys.Kicked: 1, sys.Left: 2, sys.Another: 3, sys.KickError: 4, sys.Untried: 5}
	got := strings.Split(act.KickSummary(counts, 21), ", ")
	for _, want := range []string{"1 kicked", "2 already disconnected", "3 reused", "4 failed", "11 not tried"} {
		if !slices.ContainsFunc(got, func(part string) bool { return strings.HasPrefix(part, want) }) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if got := act.KickSummary(map[sys.KickOutcome]int{sys.Kicked: 7}, 7); got != "7 kicked" {
		t.Errorf("%q", got)
	}
}
