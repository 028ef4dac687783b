package connect

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// contextDialer is a dialer that a context can cancel.
type contextDialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// dialer dials for nats.go. Until finish is called, ctx cancels its dials and closes
// its connections.
type dialer struct {
	inner   nats.CustomDialer
	timeout time.Duration

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

// Dial implements [nats.CustomDialer]. The connection has a deadline, which nats.go
// removes once the server has answered: the TLS handshake of a websocket has no
// timeout.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
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
	d.ctx = context.Background() // reconnects of nats.go have no context
	if failed && d.conn != nil {
		_ = d.conn.Close()
	}
	d.conn = nil
	return d.address, d.err
}
