// Package tap is the raw driver: it uses the connection that nats.go made, with
// all its authentication, pings and reconnects, and moves the messages of a
// benchmark past the library. It owns the framing of MSG and PUB (NATS client
// protocol) on plain TCP; it must not know stamps or histograms.
//
// A [Tap] belongs to one nats.go connection and wraps each of its sockets. Frames of
// its own subscriptions are removed from the stream, everything else is passed to
// nats.go unchanged.
package tap

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
)

// ErrNoConn is returned while there is no connection.
var ErrNoConn = errors.New("not connected")

// sidBase is above all subscription ids that nats.go will ever give out.
const sidBase = 4_000_000_000

// Message is a received message. Its bytes are only valid until the handler
// returns.
type Message struct {
	Subject []byte
	Header  []byte // as it came, with its NATS/1.0 line; empty without headers
	Payload []byte
	Now     int64 // the reading of the clock from when the bytes arrived
}

// Handler handles a message. It is called by one goroutine at a time.
type Handler func(m *Message)

// Tap sits below one nats.go connection. Its methods are safe for concurrent
// use.
type Tap struct {
	clock func() int64

	mu   sync.Mutex
	conn *conn
	subs []sub

	hmu     sync.Mutex // held while handlers run
	stopped bool
}

type sub struct {
	subject, queue string
	take           Handler
}

// New returns a tap that reads clock once for every read.
func New(clock func() int64) *Tap { return &Tap{clock: clock} }

// Wrap puts the tap around a socket that nats.go is about to use.
func (t *Tap) Wrap(c net.Conn) net.Conn {
	w := &conn{Conn: c, tap: t, buf: make([]byte, readSize)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conn = w
	return w
}

// Subscribe adds a subscription; [Tap.Start] sends it to the server.
func (t *Tap) Subscribe(subject, queue string, take Handler) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.subs = append(t.subs, sub{subject, queue, take})
}

// Start begins to take frames out of the stream and sends the subscriptions.
// It is called when nats.go has connected, and again whenever it has
// reconnected.
func (t *Tap) Start() error {
	t.mu.Lock()
	c, subs := t.conn, t.subs
	t.mu.Unlock()
	if c == nil {
		return ErrNoConn
	}
	c.active.Store(true)
	var lines []byte
	for i, s := range subs {
		lines = fmt.Appendf(lines, "SUB %s %s %d\r\n", s.subject, s.queue, sidBase+i)
	}
	if len(lines) == 0 {
		return nil
	}
	if _, err := c.Write(lines); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return nil
}

// Stop returns when no handler is running and none will run again.
func (t *Tap) Stop() {
	t.hmu.Lock()
	defer t.hmu.Unlock()
	t.stopped = true
}

// Write sends whole protocol frames, never in the middle of one of nats.go's.
func (t *Tap) Write(b []byte) error {
	t.mu.Lock()
	c := t.conn
	t.mu.Unlock()
	if c == nil || !c.active.Load() {
		return ErrNoConn
	}
	if _, err := c.Write(b); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// deliver hands a message to the subscription; hmu is held.
func (t *Tap) deliver(id int, m *Message) {
	if !t.stopped && id < len(t.subs) {
		t.subs[id].take(m)
	}
}

// AppendPub appends the head of a PUB frame; payload and CR LF follow it. An
// empty reply is none.
func AppendPub(b []byte, subject, reply string, size int) []byte {
	b = append(b, "PUB "...)
	b = append(b, subject...)
	b = append(b, ' ')
	if reply != "" {
		b = append(b, reply...)
		b = append(b, ' ')
	}
	b = strconv.AppendInt(b, int64(size), 10)
	return append(b, "\r\n"...)
}
