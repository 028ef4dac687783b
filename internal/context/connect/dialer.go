package connect

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// contextDialer is a dialer that a context can cancel.
type contextDialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// errStranger is the error of a dial to an address that is not in the options: a
// greeting, which anybody on the way can forge, named it before the login.
var errStranger = errors.New("the address was named by a server that has not accepted the login")

// dialer dials for nats.go. Until finish is called, ctx cancels its dials and closes
// its connections, and only the servers of the options are dialed.
type dialer struct {
	inner   nats.CustomDialer
	timeout time.Duration
	named   map[string]bool // addresses; nil allows any

	mu      sync.Mutex
	ctx     context.Context // of the connection attempt; Background after it
	address string
	err     error // of the last dial
	conn    net.Conn
	release func() bool
}

// newDialer dials with inner, or directly when that is nil.
func newDialer(ctx context.Context, inner nats.CustomDialer, timeout time.Duration) *dialer {
	if inner == nil {
		inner = &net.Dialer{}
	}
	return &dialer{inner: inner, timeout: timeout, ctx: ctx, release: func() bool { return true }}
}

// addresses returns the servers of the options as nats.go dials them, in lower case.
func addresses(o nats.Options) map[string]bool {
	ports := map[string]string{"ws": "80", "wss": "443"}
	out := map[string]bool{}
	for _, raw := range append(strings.Split(o.Url, ","), o.Servers...) {
		if !strings.Contains(raw, "://") {
			raw = "nats://" + raw
		}
		u, err := url.Parse(strings.TrimSpace(raw))
		if err != nil {
			continue
		}
		port := cmp.Or(u.Port(), ports[u.Scheme], strconv.Itoa(nats.DefaultPort))
		out[strings.ToLower(net.JoinHostPort(u.Hostname(), port))] = true
	}
	return out
}

// Dial implements [nats.CustomDialer]. The connection has a deadline, which nats.go
// removes once the server has answered: the TLS handshake of a websocket has no
// timeout.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.named != nil && !d.named[strings.ToLower(address)] {
		return nil, errStranger
	}
	d.release()
	ctx, cancel := context.WithTimeout(d.ctx, d.timeout)
	defer cancel()
	conn, err := d.open(ctx, network, address)
	d.address, d.err, d.conn = address, err, conn
	if err != nil {
		return nil, err
	}
	d.release = context.AfterFunc(d.ctx, func() { _ = conn.Close() })
	return conn, conn.SetDeadline(time.Now().Add(d.timeout))
}

// open dials, within ctx where the inner dialer can.
func (d *dialer) open(ctx context.Context, network, address string) (net.Conn, error) {
	if c, ok := d.inner.(contextDialer); ok {
		return c.DialContext(ctx, network, address)
	}
	return d.inner.Dial(network, address)
}

// finish detaches the connection from the context, and closes it if it is not used.
// It returns the address and error of the last dial.
func (d *dialer) finish(failed bool) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.release()
	d.ctx, d.named = context.Background(), nil // reconnects of nats.go have no context
	if failed && d.conn != nil {
		_ = d.conn.Close()
	}
	d.conn = nil
	return d.address, d.err
}
