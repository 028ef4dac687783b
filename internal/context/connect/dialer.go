package connect

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// contextDialer is a dialer that a context ends.
type contextDialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// dialer dials for nats.go. Until finish is called, ctx ends what it does, and
// the connections that it made.
type dialer struct {
	inner   nats.CustomDialer
	timeout time.Duration

	mu      sync.Mutex
	ctx     context.Context // of the connection under way; Background after it
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

// Dial implements [nats.CustomDialer]. The connection has a deadline, which
// nats.go takes away once the server has answered: the TLS handshake of a
// websocket has none of its own.
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

// finish ends the hold of the context on the connection, and closes the
// connection when it is of no use. It returns the address and error of the last
// dial.
func (d *dialer) finish(failed bool) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.release()
	d.ctx = context.Background() // nats.go asks for reconnects without one
	if failed && d.conn != nil {
		_ = d.conn.Close()
	}
	d.conn = nil
	return d.address, d.err
}
