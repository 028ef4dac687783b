package proxy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/testcluster/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start runs a server for the length of a test.
func start(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("server does not start")
	}
	return s
}

// dial connects a client for the length of a test.
func dial(t *testing.T, url string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// text matches the frames with this payload.
func text(payload string) proxy.Match {
	return func(frame []byte) bool { return strings.HasSuffix(string(frame), "\r\n"+payload+"\r\n") }
}

func TestFaults(t *testing.T) {
	s := start(t)
	for name, c := range map[string]struct {
		faults []proxy.Fault
		want   string
	}{
		"none":        {nil, "a b c d e"},
		"no match":    {[]proxy.Fault{proxy.Swallow(text("x")), proxy.Duplicate(text("x"), 2), proxy.Reorder(text("x"), text("c")), proxy.Corrupt(text("x"))}, "a b c d e"},
		"swallowed":   {[]proxy.Fault{proxy.Swallow(text("b"))}, "a c d e"},
		"duplicated":  {[]proxy.Fault{proxy.Duplicate(text("b"), 2)}, "a b b b c d e"},
		"reordered":   {[]proxy.Fault{proxy.Reorder(text("b"), text("d"))}, "a c d b e"},
		"corrupted":   {[]proxy.Fault{proxy.Corrupt(text("b"))}, "a c c d e"},
		"one by one":  {[]proxy.Fault{proxy.Duplicate(text("a"), 1), proxy.Corrupt(text("a"))}, "` ` b c d e"},
		"in order":    {[]proxy.Fault{proxy.Corrupt(text("b")), proxy.Swallow(text("c"))}, "a d e"},
		"held to end": {[]proxy.Fault{proxy.Reorder(text("b"), text("x"))}, "a c d e"},
	} {
		t.Run(name, func(t *testing.T) {
			nc := dial(t, proxy.New(t, s.Addr().String(), c.faults...).URL())
			got, end := []string{}, make(chan struct{})
			if _, err := nc.Subscribe("data", func(m *nats.Msg) {
				if string(m.Data) == "end" {
					close(end)
					return
				}
				got = append(got, string(m.Data))
			}); err != nil {
				t.Fatal(err)
			}
			for i, payload := range []string{"a", "b", "c", "d", "e", "end"} {
				m := &nats.Msg{Subject: "data", Data: []byte(payload)}
				if i%2 == 1 {
					m.Header = nats.Header{"X": {"y"}} // arrives as HMSG
				}
				if err := nc.PublishMsg(m); err != nil {
					t.Fatal(err)
				}
			}
			<-end
			if want := strings.Fields(c.want); !slices.Equal(got, want) {
				t.Errorf("received %q, want %q", got, want)
			}
		})
	}
}

// TestPause answers no ping while the proxy is paused, with faults and without, and keeps the connection.
func TestPause(t *testing.T) {
	s := start(t)
	for name, faults := range map[string][]proxy.Fault{"no faults": nil, "faults": {proxy.Swallow(text("x"))}} {
		t.Run(name, func(t *testing.T) {
			p := proxy.New(t, s.Addr().String(), faults...)
			nc := dial(t, p.URL(), nats.DisconnectErrHandler(func(*nats.Conn, error) { t.Error("disconnected") }))
			resume := p.Pause()
			if err := nc.FlushTimeout(50 * time.Millisecond); err == nil {
				t.Error("answered during the pause")
			}
			resume()
			resume()
			if err := nc.FlushTimeout(30 * time.Second); err != nil {
				t.Errorf("after the pause: %v", err)
			}
			nc.SetDisconnectErrHandler(nil)
		})
	}
}

// TestCut disconnects every client, and lets them reconnect.
func TestCut(t *testing.T) {
	p := proxy.New(t, start(t).Addr().String())
	back := make(chan struct{}, 2)
	for range 2 {
		dial(t, p.URL(), nats.ReconnectWait(time.Millisecond), nats.ReconnectHandler(func(*nats.Conn) { back <- struct{}{} }))
	}
	p.Cut()
	<-back
	<-back
}

// TestNoServer closes the connections of clients while nothing listens behind the proxy.
func TestNoServer(t *testing.T) {
	s := start(t)
	p := proxy.New(t, s.Addr().String())
	s.Shutdown()
	s.WaitForShutdown()
	if nc, err := nats.Connect(p.URL()); err == nil {
		nc.Close()
		t.Error("connected to no server")
	}
}
