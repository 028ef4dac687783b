package stub

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
)

// conn is one client of the server.
type conn struct {
	server *Server
	conn   net.Conn
	wake   chan struct{}

	mu   sync.Mutex
	out  [][]byte // not written yet; a nil element ends the connection
	subs map[string]string
	left map[string]int // deliveries until an automatic unsubscribe
}

func newConn(s *Server, nc net.Conn) *conn {
	return &conn{server: s, conn: nc, wake: make(chan struct{}, 1), subs: map[string]string{}, left: map[string]int{}}
}

// write queues bytes for the client.
func (c *conn) write(data []byte) {
	c.mu.Lock()
	c.out = append(c.out, data)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// writeLoop sends what is queued until the server or the connection is closed.
func (c *conn) writeLoop() {
	for {
		select {
		case <-c.server.done:
			return
		case <-c.wake:
		}
		c.mu.Lock()
		out := c.out
		c.out = nil
		c.mu.Unlock()
		for _, data := range out {
			if data == nil {
				_ = c.conn.Close() // readLoop does the rest
				return
			}
			if _, err := c.conn.Write(data); err != nil {
				return
			}
		}
	}
}

// readLoop handles the client's commands until the connection is closed.
func (c *conn) readLoop() {
	in := bufio.NewReader(c.conn)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		if err := c.handle(in, strings.Fields(line)); err != nil {
			return
		}
	}
}

func (c *conn) handle(in *bufio.Reader, args []string) error {
	if len(args) == 0 {
		return nil
	}
	switch strings.ToUpper(args[0]) {
	case "PING":
		c.server.greet(c)
	case "SUB":
		c.subscribe(args[1], args[len(args)-1])
	case "UNSUB":
		c.unsubscribe(args[1:])
	case "PUB", "HPUB":
		return c.publish(in, args)
	}
	return nil
}

func (c *conn) subscribe(subject, sid string) {
	if c.server.denied(subject) {
		c.write(fmt.Appendf(nil, "-ERR 'Permissions Violation for Subscription to %q'\r\n", subject))
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.subs[sid] = subject
}

func (c *conn) unsubscribe(args []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(args) == 1 {
		delete(c.subs, args[0])
		return
	}
	n, err := strconv.Atoi(args[1])
	if err == nil && n > 0 {
		c.left[args[0]] = n
	}
}

// publish reads the payload of PUB or HPUB and passes the message on.
func (c *conn) publish(in *bufio.Reader, args []string) error {
	total, err := strconv.Atoi(args[len(args)-1])
	if err != nil {
		return err
	}
	payload := make([]byte, total+len("\r\n"))
	if _, err := io.ReadFull(in, payload); err != nil {
		return err
	}
	payload = payload[:total]
	m, numbers := Message{Subject: args[1]}, 1
	if strings.EqualFold(args[0], "HPUB") {
		n, err := strconv.Atoi(args[len(args)-2])
		if err != nil {
			return err
		}
		m.Header, payload, numbers = parseHeader(payload[:n]), payload[n:], 2
	}
	if len(args) == 3+numbers {
		m.Reply = args[2]
	}
	m.Data = payload
	if c.server.denied(m.Subject) {
		c.write(fmt.Appendf(nil, "-ERR 'Permissions Violation for Publish to %q'\r\n", m.Subject))
		return nil
	}
	c.server.handle(m)
	return nil
}

// deliver sends a message to each of the client's subscriptions that match.
func (c *conn) deliver(m Message) (delivered bool) {
	c.mu.Lock()
	var sids []string
	for sid, subject := range c.subs {
		if !Match(subject, m.Subject) {
			continue
		}
		sids = append(sids, sid)
		if n, limited := c.left[sid]; limited {
			if c.left[sid] = n - 1; n <= 1 {
				delete(c.subs, sid)
				delete(c.left, sid)
			}
		}
	}
	c.mu.Unlock()
	for _, sid := range sids {
		c.write(m.encode(sid))
	}
	return len(sids) > 0
}

// Message is what clients and servers send each other.
type Message struct {
	Subject, Reply string
	Header         map[string]string
	Status         int // of a header without a body, as 503; 0: none
	Data           []byte
}

// encode writes the message for one subscription.
func (m Message) encode(sid string) []byte {
	var out bytes.Buffer
	reply := m.Reply
	if reply != "" {
		reply += " "
	}
	if len(m.Header) == 0 && m.Status == 0 {
		fmt.Fprintf(&out, "MSG %s %s %s%d\r\n", m.Subject, sid, reply, len(m.Data))
	} else {
		head := "NATS/1.0"
		if m.Status != 0 {
			head += " " + strconv.Itoa(m.Status)
		}
		head += "\r\n"
		for k, v := range m.Header {
			head += k + ": " + v + "\r\n"
		}
		head += "\r\n"
		fmt.Fprintf(&out, "HMSG %s %s %s%d %d\r\n%s", m.Subject, sid, reply, len(head), len(head)+len(m.Data), head)
	}
	out.Write(m.Data)
	out.WriteString("\r\n")
	return out.Bytes()
}

func parseHeader(raw []byte) map[string]string {
	out := map[string]string{}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if k, v, ok := strings.Cut(line, ":"); ok {
			out[k] = strings.TrimSpace(v)
		}
	}
	return out
}

// Match reports whether a subject matches a pattern with the wildcards * and >.
func Match(pattern, subject string) bool {
	p, s := strings.Split(pattern, "."), strings.Split(subject, ".")
	for i, token := range p {
		switch {
		case token == ">":
			return len(s) > i
		case i >= len(s), token != "*" && token != s[i]:
			return false
		}
	}
	return len(p) == len(s)
}
