package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/view"
)

// tracer is a dialer whose connections write every protocol line to w: ">" is
// sent by the client, "<" sent by the server. The CONNECT line, which carries the
// credentials, is masked, and what TLS or a websocket wraps is only counted.
type tracer struct {
	inner   nats.CustomDialer
	timeout time.Duration
	w       io.Writer
}

// Dial implements [nats.CustomDialer].
func (t *tracer) Dial(network, address string) (net.Conn, error) {
	return t.DialContext(context.Background(), network, address)
}

// DialContext dials until ctx is done.
func (t *tracer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	_, _ = fmt.Fprintf(t.w, "natsctl: trace: * dial %s %s\n", network, view.Text(address))
	var conn net.Conn
	var err error
	if t.inner != nil {
		conn, err = t.inner.Dial(network, address)
	} else {
		conn, err = (&net.Dialer{Timeout: t.timeout}).DialContext(ctx, network, address)
	}
	if err != nil {
		_, _ = fmt.Fprintf(t.w, "natsctl: trace: * %s\n", view.Text(err.Error()))
		return nil, err
	}
	return &traced{Conn: conn, w: t.w}, nil
}

// traced is a connection whose protocol lines are written.
type traced struct {
	net.Conn
	mu      sync.Mutex
	w       io.Writer
	secret  bool   // in the middle of a CONNECT line
	wrapped string // the layer, such as TLS, that wraps everything that follows
}

func (c *traced) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.log("<", p[:n])
	return n, err
}

func (c *traced) Write(p []byte) (int, error) {
	c.log(">", p)
	return c.Conn.Write(p)
}

// log writes data line by line. From the first TLS record or websocket
// frame on, bytes are only counted: a frame carries the key to what it masks.
func (c *traced) log(direction string, data []byte) {
	if len(data) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	const firstRecord, lastRecord = 0x14, 0x17
	switch {
	case c.wrapped != "":
	case data[0] >= firstRecord && data[0] <= lastRecord:
		c.wrapped = "TLS"
	case bytes.HasPrefix(data, []byte("GET /")), bytes.HasPrefix(data, []byte("HTTP/1.1 ")):
		c.wrapped = "websocket"
	}
	if c.wrapped != "" {
		_, _ = fmt.Fprintf(c.w, "natsctl: trace: %s %d bytes of %s\n", direction, len(data), c.wrapped)
		return
	}
	for len(data) > 0 {
		line, rest, ended := bytes.Cut(data, []byte("\r\n"))
		if direction == ">" && (c.secret || bytes.HasPrefix(line, []byte("CONNECT "))) {
			line, c.secret = []byte("CONNECT {credentials masked}"), !ended
		}
		_, _ = fmt.Fprintf(c.w, "natsctl: trace: %s %s\n", direction, view.Text(string(line)))
		data = rest
	}
}
