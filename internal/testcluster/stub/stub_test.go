package stub_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var info = server.ServerInfo{Name: "n1", ID: "N" + strings.Repeat("A", 55), Cluster: "east", Version: "2.12.0"}

// second returns a context that ends after a second.
func second(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	t.Cleanup(cancel)
	return ctx
}

// answers returns how many answers to two requests come within a second each, and how long the first takes.
func answers(t *testing.T, nc *nats.Conn, subject, body string) (n int, first time.Duration) {
	t.Helper()
	sub, err := nc.SubscribeSync(nc.NewInbox())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for range 2 {
		if err := nc.PublishRequest(subject, sub.Subject, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	for {
		_, err := sub.NextMsgWithContext(second(t))
		if errors.Is(err, nats.ErrNoResponders) {
			return -1, 0
		}
		if err != nil {
			return n, first
		}
		if n++; n == 1 {
			first = time.Since(start)
		}
	}
}

func TestNodes(t *testing.T) {
	for name, c := range map[string]struct {
		node  stub.Node
		body  string
		want  int // answers; -1: no responders
		delay time.Duration
	}{
		"well":                   {want: 2},
		"slow":                   {node: stub.Node{Delay: 700 * time.Millisecond}, want: 2, delay: 700 * time.Millisecond},
		"mute":                   {node: stub.Node{Mute: true}, want: 0},
		"gone":                   {node: stub.Node{Gone: true}, want: -1},
		"twice":                  {node: stub.Node{Twice: true}, want: 4},
		"loses what it is asked": {node: stub.Node{Lose: 4}, want: 0},
		"filtered in":            {body: `{"server_name":"n1","cluster":"east"}`, want: 2},
		"filtered out":           {body: `{"server_name":"n1","cluster":"west"}`, want: 0},
		"filtered out by tag":    {body: `{"tags":["x"]}`, want: 0},
		"ignores the filter":     {node: stub.Node{Deaf: true}, body: `{"cluster":"west"}`, want: 2},
		"is silent":              {node: stub.Node{Data: map[string]any{"VARZ": stub.Answer(func(stub.Message) any { return nil })}}, want: 0},
		"has no such kind":       {node: stub.Node{Data: map[string]any{"CONNZ": []byte("{}")}}, want: -1},
		"answers with an error":  {node: stub.Node{Data: map[string]any{"VARZ": errors.New("x")}}, want: 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c.node.Info = info
				if c.node.Data == nil {
					c.node.Data = map[string]any{"VARZ": &server.Varz{}}
				}
				f := stub.Start(t, &c.node)
				nc := f.Connect(t)
				for _, to := range []string{"PING", info.ID} {
					subject := "$SYS.REQ.SERVER." + to + ".VARZ"
					if n, first := answers(t, nc, subject, c.body); n != c.want || first != c.delay {
						t.Errorf("%s: %d answers, the first after %v; want %d after %v", subject, n, first, c.want, c.delay)
					}
				}
				if n, _ := answers(t, nc, "$SYS.REQ.SERVER.NOTHIS.VARZ", ""); n != -1 {
					t.Errorf("another id: %d answers, want no responders", n)
				}
			})
		})
	}
}

func TestServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, info.Name, info.ID)
		s.Handle("echo.*", func(m stub.Message) bool { return s.Send(stub.Message{Subject: m.Reply, Data: m.Data}) })
		s.Deny("secret.>")
		failed := make(chan error, 1)
		nc := s.Connect(t, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { failed <- err }), nats.NoReconnect())
		if m, err := nc.RequestWithContext(second(t), "echo.x", []byte("hello")); err != nil || string(m.Data) != "hello" {
			t.Errorf("%v, %v", m, err)
		}
		if _, err := nc.RequestWithContext(second(t), "echo", nil); !errors.Is(err, nats.ErrNoResponders) {
			t.Errorf("a subject that nobody handles: %v", err)
		}
		if err := nc.Publish("secret.x", nil); err != nil {
			t.Fatal(err)
		}
		if err := <-failed; !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("a denied subject: %v", err)
		}
		s.Silence(true)
		if _, err := nc.RequestWithContext(second(t), "echo.x", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while silent: %v", err)
		}
		s.Silence(false)
		if _, err := nc.RequestWithContext(second(t), "echo.x", nil); err != nil {
			t.Errorf("no longer silent: %v", err)
		}
		s.Expel("maintenance")
		synctest.Wait()
		if !nc.IsClosed() {
			t.Error("an expelled client is connected")
		}
	})
}

// TestLose loses the first answers only.
func TestLose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := &stub.Node{Info: info, Data: map[string]any{"VARZ": &server.Varz{}}, Lose: 1}
		f := stub.Start(t, node)
		if n, _ := answers(t, f.Connect(t), "$SYS.REQ.SERVER.PING.VARZ", ""); n != 1 || f.Asked(node, "VARZ") != 2 {
			t.Errorf("%d answers to %d requests", n, f.Asked(node, "VARZ"))
		}
	})
}

// TestMatch compares subjects as servers do.
func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, subject string
		want             bool
	}{
		{"a.b", "a.b", true},
		{"a.b", "a.c", false},
		{"a.b", "a", false},
		{"a", "a.b", false},
		{"a.*", "a.b", true},
		{"a.*", "a.b.c", false},
		{"*.b", "a.b", true},
		{"*", "a.b", false},
		{"a.>", "a.b", true},
		{"a.>", "a.b.c", true},
		{"a.>", "a", false},
		{">", "a", true},
	} {
		if got := stub.Match(c.pattern, c.subject); got != c.want {
			t.Errorf("%q matches %q: %v", c.pattern, c.subject, got)
		}
	}
}
