package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/view"
)

// tracer is a dialer whose connections write every protocol line to w: ">" is
// what we send, "<" what the server sends. The CONNECT line, which carries the
// credentials, is masked, and so is everything inside TLS, which cannot be
// read here.
type tracer struct {
	inner   nats.CustomDialer
	timeout time.Duration
	w       io.Writer
}

// Dial implements [nats.CustomDialer].
func (t *tracer) Dial(network, address string) (net.Conn, error) {
	_, _ = fmt.Fprintf(t.w, "natsctl: trace: * dial %s %s\n", network, view.Text(address))
	var conn net.Conn
	var err error
	if t.inner != nil {
		conn, err = t.inner.Dial(network, address)
	} else {
		conn, err = net.DialTimeout(network, address, t.timeout)
	}
	if err != nil {
		_, _ = fmt.Fprintf(t.w, "natsctl: trace: * %s\n", view.Text(err.Error()))
		return nil, err
	}
	return &traced{Conn: conn, w: t.w}, nil
}

// traced is a connection that is written down.
type traced struct {
	net.Conn
	mu     sync.Mutex
	w      io.Writer
	secure bool // TLS has begun; nothing after it can be read here
}

func (c *traced) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.note("<", p[:n])
	return n, err
}

func (c *traced) Write(p []byte) (int, error) {
	c.note(">", p)
	return c.Conn.Write(p)
}

// note writes data down line by line. From the first TLS record on, bytes are
// only counted.
func (c *traced) note(direction string, data []byte) {
	if len(data) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	const firstRecord, lastRecord = 0x14, 0x17
	c.secure = c.secure || data[0] >= firstRecord && data[0] <= lastRecord
	if c.secure {
		_, _ = fmt.Fprintf(c.w, "natsctl: trace: %s %d bytes of TLS\n", direction, len(data))
		return
	}
	for line := range bytes.SplitSeq(bytes.TrimRight(data, "\r\n"), []byte("\r\n")) {
		if bytes.HasPrefix(line, []byte("CONNECT ")) {
			line = []byte("CONNECT {credentials masked}")
		}
		_, _ = fmt.Fprintf(c.w, "natsctl: trace: %s %s\n", direction, view.Text(string(line)))
	}
}
