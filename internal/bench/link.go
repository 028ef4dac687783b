package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/tap"
)

// reconnectWait is short, so that a gap in the time line comes from the system and
// not from the two seconds that the client library waits by default.
const reconnectWait = 100 * time.Millisecond

// link is one connection of a run together with the socket below it, which is cut
// when the library hangs in a write to a server that has stopped reading.
type link struct {
	nc   *nats.Conn
	wire *dialer
	tap  *tap.Tap // of the raw driver
}

// link opens a connection for the worker who.
func (r *run) link(who string) (*link, error) { return r.linkOver(who, nil) }

// linkOver opens a connection over wrapped sockets.
func (r *run) linkOver(who string, wrap func(net.Conn) net.Conn, extra ...nats.Option) (*link, error) {
	wire := &dialer{wrap: wrap}
	opts := append(r.journal.options(who),
		nats.Name("natsctl bench "+who),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectJitter(reconnectWait/5, reconnectWait/5),
		wire.option,
	)
	nc, err := r.connect(append(opts, extra...)...)
	if err != nil {
		return nil, fmt.Errorf("connect %s: %w", who, err)
	}
	l := &link{nc: nc, wire: wire}
	r.links = append(r.links, l)
	return l, nil
}

// recovers reports whether a connection survives a publish error: the library is
// reconnecting, or will, since the socket broke in the middle of a write.
func (l *link) recovers(err error) bool {
	var broken *net.OpError
	return !l.nc.IsClosed() && (errors.Is(err, nats.ErrReconnectBufExceeded) || errors.As(err, &broken) || errors.Is(err, net.ErrClosed))
}

// close closes the connection immediately, even if a write hangs.
func (l *link) close() {
	l.wire.cut()
	l.nc.Close()
}

// dialer is a nats.CustomDialer that remembers the socket it made.
type dialer struct {
	next nats.CustomDialer
	wrap func(net.Conn) net.Conn // nil: the socket as it is

	mu   sync.Mutex
	conn net.Conn
	off  bool
}

// option wraps the dialer of the user's options in this one.
func (d *dialer) option(o *nats.Options) error {
	d.next = o.CustomDialer
	if d.next == nil {
		d.next = &net.Dialer{Timeout: o.Timeout}
	}
	o.CustomDialer = d
	return nil
}

// Dial opens the socket.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	d.mu.Lock()
	off := d.off
	d.mu.Unlock()
	if off {
		return nil, net.ErrClosed
	}
	conn, err := d.next.Dial(network, address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	if d.wrap != nil {
		conn = d.wrap(conn)
	}
	d.mu.Lock()
	d.conn = conn
	d.mu.Unlock()
	return conn, nil
}

// cut closes the socket and prevents new ones.
func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
	if d.conn != nil {
		_ = d.conn.Close() // the connection is abandoned either way
	}
}

// SkipTLSHandshake returns the value of the wrapped dialer.
func (d *dialer) SkipTLSHandshake() bool {
	s, ok := d.next.(interface{ SkipTLSHandshake() bool })
	return ok && s.SkipTLSHandshake()
}

// linkAs opens a connection for the driver of the spec; its tap is nil with
// nats.go alone.
func (r *run) linkAs(who string) (*link, error) {
	if !r.spec.UsesRaw() {
		return r.link(who)
	}
	t := tap.New(r.clock.Now)
	l, err := r.linkOver(who, t.Wrap, nats.ReconnectHandler(func(nc *nats.Conn) {
		r.journal.add(EventReconnected, who, nc.ConnectedServerName())
		if err := t.Start(); err != nil {
			r.journal.add(evError, who, err.Error())
		}
	}))
	if err != nil {
		return nil, err
	}
	if reason := unfitForRaw(l.nc); reason != "" {
		if r.spec.Driver == scenario.DriverRaw {
			return nil, fmt.Errorf("driver raw over %s: %w", reason, ErrUnsupported)
		}
		return l, nil
	}
	l.tap = t
	return l, nil
}

// unfitForRaw names the layer between socket and protocol that the raw driver does
// not support, if the connection has one.
func unfitForRaw(nc *nats.Conn) string {
	if _, err := nc.TLSConnectionState(); err == nil {
		return "TLS"
	}
	if u, err := url.Parse(nc.ConnectedUrl()); err == nil && (u.Scheme == "ws" || u.Scheme == "wss") {
		return "WebSocket"
	}
	return ""
}

// resume waits after a failed write until the connection is reestablished.
func resume(ctx context.Context, r *run, l *link, err error) error {
	if l.nc.IsClosed() {
		return errors.Join(err, nats.ErrConnectionClosed)
	}
	return r.await(ctx, r.timeout(), func() bool { return l.nc.IsConnected() && l.tap.Write(nil) == nil })
}
