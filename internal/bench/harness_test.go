package bench

import (
	"context"
	"flag"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/tap"
	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster/proxy"
)

// atOnce is how many tests run beside each other: most of them wait for the
// time of their run to go by.
const atOnce = "6"

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", atOnce) // the flag is there, and before the command line
	goleak.VerifyTestMain(m)
}

// startServer runs a server with JetStream for the length of a test.
func startServer(t testing.TB) *server.Server { return startServerIn(t, "") }

// startServerIn runs it in a JetStream domain.
func startServerIn(t testing.TB, domain string) *server.Server {
	t.Helper()
	return startServerWith(t, server.Options{JetStream: true, StoreDir: t.TempDir(), ServerName: "n1", JetStreamDomain: domain})
}

// startServerWith runs a server with options for the length of a test.
func startServerWith(t testing.TB, opts server.Options) *server.Server {
	t.Helper()
	opts.Host, opts.Port, opts.NoLog, opts.NoSigs = "127.0.0.1", -1, true, true
	s, err := server.NewServer(&opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("server does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

// to connects to a URL.
func to(url string) Connect {
	return func(opts ...nats.Option) (*nats.Conn, error) { return nats.Connect(url, opts...) }
}

// newProxy starts a proxy in front of a new server.
func newProxy(t testing.TB, faults ...proxy.Fault) *proxy.Proxy {
	t.Helper()
	return proxy.New(t, startServer(t).Addr().String(), faults...)
}

func mustExecute(t testing.TB, s scenario.Spec, c Connect, opts ...Option) *result.Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	res, err := Execute(ctx, s, c, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return &res.Runs[0]
}

const ms = scenario.Duration(time.Millisecond)

func newTapForTest() *tap.Tap { return tap.New(func() int64 { return 0 }) }

// counters returns n of them that count up from first.
func counters(n int, first uint64) []atomic.Uint64 {
	out := make([]atomic.Uint64, n)
	for i := range out {
		out[i].Store(first + uint64(i))
	}
	return out
}

// long skips a test of many seconds under -short.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds")
	}
}

// jetStreamOf connects to the JetStream of a server for the length of a test.
func jetStreamOf(t *testing.T, s *server.Server) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js
}

// threeNodes runs a cluster of three and gives its JetStream, and what connects
// as the application.
func threeNodes(t *testing.T) (jetstream.JetStream, Connect) {
	t.Helper()
	c, err := broker.Start(t.Context(), spec.Nodes(3))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	app, _ := c.Identity("app")
	connect := func(opts ...nats.Option) (*nats.Conn, error) {
		return nats.Connect(c.Nodes()[0].ClientURL(), append(opts, nats.UserInfo(app.User, app.Password))...)
	}
	nc, err := connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	return js, connect
}
