package exporter

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster"
)

func TestConnectionReasons(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, "unreachable"},
		{nats.ErrNoServers, "unreachable"},
		{&net.OpError{Op: "dial", Err: errors.New("connection refused")}, "unreachable"},
		{nats.ErrAuthorization, "auth"},
		{nats.ErrAuthExpired, "auth"},
		{nats.ErrAuthRevoked, "auth"},
		{nats.ErrAccountAuthExpired, "auth"},
		{errors.New("nats: Authorization Violation"), "auth"},
		{fmt.Errorf("wrapped: %w", nats.ErrAuthorization), "auth"},
		{nats.ErrMaxAccountConnectionsExceeded, "full"},
		{nats.ErrMaxConnectionsExceeded, "full"},
		{x509.UnknownAuthorityError{}, "tls"},
		{x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, "tls"},
		{x509.CertificateInvalidError{Reason: x509.Expired}, "tls"},
		{&tls.CertificateVerificationError{Err: errors.New("x")}, "tls"},
		{tls.RecordHeaderError{Msg: "x"}, "tls"},
		{errors.New("remote error: tls: bad certificate"), "tls"},
		{nats.ErrSecureConnRequired, "tls"},
		{nats.ErrSecureConnWanted, "tls"},
		{nats.ErrTimeout, "timeout"},
		{os.ErrDeadlineExceeded, "timeout"},
		{io.EOF, "disconnected"},
		{nats.ErrStaleConnection, "disconnected"},
		{errors.New("anything else"), "disconnected"},
	} {
		if got := connectionReason(tt.err); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.err, got, tt.want)
		}
	}
}

// logged is a log that a test reads while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// lines are the messages with their reasons.
func (l *logged) lines() (out []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.b.String()) {
		_, line, _ = strings.Cut(line, "msg=")
		line, _, _ = strings.Cut(line, " error=")
		line, _, _ = strings.Cut(line, " server=")
		out = append(out, strings.TrimSpace(line))
	}
	return out
}

// eternal are the options of a connection that is tried for ever.
func eternal(more ...nats.Option) []nats.Option {
	return append([]nats.Option{nats.RetryOnFailedConnect(true), nats.IgnoreAuthErrorAbort(), nats.MaxReconnects(-1), nats.ReconnectWait(20 * time.Millisecond), nats.ReconnectJitter(0, 0)}, more...)
}

// startLogged starts an exporter that logs.
func startLogged(t *testing.T, nc *nats.Conn) (*Exporter, *logged) {
	t.Helper()
	log := &logged{}
	e, err := New(nc, WithLogger(slog.New(slog.NewTextHandler(log, nil))), WithMinInterval(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e, log
}

func oneCluster(t *testing.T) *broker.Cluster {
	t.Helper()
	c, err := broker.Start(t.Context(), spec.Single())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// An outage is one line when it begins and one when it ends, with the reason,
// and one reconnect, however often connecting was tried.
func TestOutageIsLogged(t *testing.T) {
	c := oneCluster(t)
	node := c.Nodes()[0]
	nc, err := c.ConnectSys(eternal()...)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	e, log := startLogged(t, nc)
	node.Stop()
	testcluster.Await(t, "failed scrape", func() bool {
		return strings.Contains(scrapeText(t, e), `nats_exporter_failed{reason="unreachable"} 1`)
	})
	if text := scrapeText(t, e); !strings.Contains(text, "\nnats_exporter_connected 0\n") {
		t.Error("the page says that it is connected")
	}
	if err := node.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	testcluster.Await(t, "scrape", func() bool { return strings.Contains(scrapeText(t, e), "\nnats_exporter_up 1\n") })
	text := scrapeText(t, e)
	if !strings.Contains(text, "\nnats_exporter_reconnects_total 1\n") || !strings.Contains(text, "\nnats_exporter_connected 1\n") {
		t.Errorf("reconnects: %.200s", text[strings.Index(text, "nats_exporter_reconnects"):])
	}
	lines := log.lines()
	if first, last := lines[0], lines[len(lines)-1]; first != `"connected to NATS"` || last != `"connected to NATS"` || len(lines) > 4 {
		t.Errorf("%q", lines)
	}
	for _, line := range lines[1 : len(lines)-1] {
		if !strings.HasPrefix(line, `"not connected to NATS" reason=`) {
			t.Errorf("%q", lines)
		}
	}
}

// A wrong password is said to be one, once, on the page and in the log, and the
// password is in neither.
func TestWrongPasswordIsLogged(t *testing.T) {
	c := oneCluster(t)
	nc, err := nats.Connect(strings.Join(c.URLs(), ","), eternal(nats.UserInfo("sys", "WRONG-SECRET"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	e, log := startLogged(t, nc)
	testcluster.Await(t, "reason", func() bool {
		return strings.Contains(scrapeText(t, e), `nats_exporter_failed{reason="auth"} 1`)
	})
	for range 3 { // it stays one line
		scrapeText(t, e)
		<-time.After(connectionInterval)
	}
	n := 0
	for _, line := range log.lines() {
		if line == `"not connected to NATS" reason=auth` {
			n++
		}
	}
	if n != 1 || len(log.lines()) > 2 {
		t.Errorf("%q", log.lines())
	}
	if strings.Contains(log.b.String()+scrapeText(t, e), "WRONG-SECRET") {
		t.Error("the password is shown")
	}
	rec := httptest.NewRecorder()
	e.Routes().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/readyz", nil))
	if !strings.Contains(rec.Body.String(), "not connected to NATS: auth") {
		t.Errorf("/readyz: %s", rec.Body)
	}
}

// stuck is a connection whose writes hang once it is told so, as to a server
// that is stopped: nats.go then holds its locks.
type stuck struct {
	net.Conn
	hang *atomic.Bool
	end  chan struct{}
}

func (s *stuck) Write(p []byte) (int, error) {
	if s.hang.Load() {
		<-s.end
		return 0, io.ErrClosedPipe
	}
	return s.Conn.Write(p)
}

type stuckDialer struct {
	hang atomic.Bool
	end  chan struct{}
}

func (d *stuckDialer) Dial(network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	return &stuck{conn, &d.hang, d.end}, nil
}

// No scrape, probe of readiness or end waits for the locks of nats.go: with a
// server that hangs, every one ends within its own time.
func TestNoScrapeOutlivesItsDeadline(t *testing.T) {
	testcluster.Slow(t)
	t.Parallel()
	c := oneCluster(t)
	d := &stuckDialer{end: make(chan struct{})}
	nc, err := c.ConnectSys(nats.SetCustomDialer(d))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	e, _ := startLogged(t, nc)
	if !strings.Contains(scrapeText(t, e), "\nnats_exporter_up 1\n") {
		t.Fatal("the fleet does not answer to begin with")
	}
	d.hang.Store(true)
	defer close(d.end)
	for _, path := range []string{"/metrics", "/metrics", "/readyz", "/metrics"} {
		const deadline = time.Second
		req := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		req.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", fmt.Sprint(deadline.Seconds()))
		begin, rec := time.Now(), httptest.NewRecorder()
		e.Routes().ServeHTTP(rec, req)
		limit := deadline
		if path == "/readyz" {
			limit = readyTimeout + gracePeriod + deadline
		}
		if took := time.Since(begin); took > limit {
			t.Errorf("%s took %v", path, took)
		}
		if path == "/metrics" && len(pick(seriesOf(t, rec.Body.String()), "nats_server_memory_bytes")) > 0 {
			t.Errorf("%s shows a server that does not answer", path)
		}
	}
	begin := time.Now()
	e.Close()
	if took := time.Since(begin); took > time.Second {
		t.Errorf("the end took %v", took)
	}
}
