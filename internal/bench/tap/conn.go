package tap

import (
	"bytes"
	"net"
	"sync"
	"sync/atomic"
)

const (
	readSize = 256 << 10
	// maxLine bounds a line without an end: such a stream is not the protocol,
	// and is passed to nats.go unchanged.
	maxLine = 64 << 10
	// maxFrame bounds a message: the largest that a server can be made to take.
	maxFrame = 64 << 20
)

// conn is a socket below nats.go. Until it is active, everything is passed on.
type conn struct {
	net.Conn
	tap    *Tap
	active atomic.Bool
	wmu    sync.Mutex

	// The reading side, which is one goroutine of nats.go's.
	buf        []byte
	start, end int   // of the unprocessed bytes in buf
	pass       int   // of them, how many belong to nats.go
	skip       int   // bytes to come of a frame that nats.go has begun to get
	err        error // of the socket, kept until the bytes before it are read
	now        int64

	line []byte // of the last message for the tap: the next is often the same
	last frame  // what it says
	msg  Message
}

// Write sends b as a whole.
func (c *conn) Write(b []byte) (int, error) {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	return c.Conn.Write(b) //nolint:wrapcheck // a net.Conn returns what the socket said
}

// Read returns to nats.go what is not for the tap.
func (c *conn) Read(p []byte) (int, error) {
	for {
		if c.pass > 0 {
			n := copy(p, c.buf[c.start:c.start+c.pass])
			c.start += n
			c.pass -= n
			return n, nil
		}
		if c.parse() {
			continue
		}
		if c.err != nil {
			return 0, c.err
		}
		if !c.active.Load() && c.start == c.end {
			c.start, c.end = 0, 0
		}
		c.fill()
	}
}

// fill reads from the socket behind the bytes that wait.
func (c *conn) fill() {
	if c.start > 0 {
		copy(c.buf, c.buf[c.start:c.end])
		c.end -= c.start
		c.start = 0
	}
	if c.end == len(c.buf) { // one frame that is larger than all of it
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	}
	n, err := c.Conn.Read(c.buf[c.end:])
	c.end += n
	c.err = err
	if n > 0 && c.active.Load() {
		c.now = c.tap.clock()
	}
}

// parse processes the frames at the front of the buffer. It reports whether there
// is something to pass on; if not, more bytes are needed.
func (c *conn) parse() bool {
	c.tap.hmu.Lock()
	defer c.tap.hmu.Unlock()
	for c.start < c.end {
		waiting := c.buf[c.start:c.end]
		if !c.active.Load() {
			c.pass = len(waiting)
			return true
		}
		if c.skip > 0 {
			c.pass = min(c.skip, len(waiting))
			c.skip -= c.pass
			return true
		}
		if len(c.line) == 0 || !bytes.HasPrefix(waiting, c.line) {
			if stop, pass := c.head(waiting); stop {
				return pass
			}
		}
		body, whole := len(c.line)+c.last.head, len(c.line)+c.last.size
		if len(waiting) < whole {
			return false
		}
		c.msg = Message{Subject: c.last.subject, Header: waiting[len(c.line):body], Payload: waiting[body : whole-2], Now: c.now}
		c.tap.deliver(int(c.last.sid-sidBase), &c.msg)
		c.start += whole
	}
	return false
}

// head reads the line at the front of the buffer. It reports whether to stop
// there, because the line is not for the tap or is incomplete; pass is then the
// result of parse.
func (c *conn) head(waiting []byte) (stop, pass bool) {
	eol := bytes.IndexByte(waiting, '\n')
	if eol < 0 {
		if len(waiting) < maxLine && c.err == nil {
			return true, false
		}
		c.pass = len(waiting)
		return true, true
	}
	f, ok := parseFrame(waiting[:eol+1])
	if !ok || f.sid < sidBase {
		c.skip = f.size // 0 for all but messages
		c.pass = eol + 1
		return true, true
	}
	c.line, c.last = append(c.line[:0], waiting[:eol+1]...), f
	c.last.subject = c.line[f.from : f.from+len(f.subject)] // waiting moves on
	return false, false
}

// frame is the head of a MSG or HMSG.
type frame struct {
	sid     int64
	subject []byte
	from    int // where the subject stands in the line
	head    int // bytes of headers
	size    int // bytes that follow the line: headers, payload, CR LF
}

// parseFrame reads "MSG subject sid [reply] size" or "HMSG subject sid [reply]
// headers size"; ok is false for any other line. It does not allocate.
func parseFrame(line []byte) (f frame, ok bool) {
	n := 4
	switch {
	case bytes.HasPrefix(line, []byte("MSG ")):
	case bytes.HasPrefix(line, []byte("HMSG ")):
		n = 5
	default:
		return frame{}, false
	}
	var fields [6][]byte
	count, from, first := 0, -1, 0
	for i := n; i < len(line); i++ {
		space := line[i] <= ' '
		switch {
		case !space && from < 0:
			from = i
		case space && from >= 0:
			if count == len(fields) {
				return frame{}, false
			}
			if count == 0 {
				first = from
			}
			fields[count] = line[from:i]
			count++
			from = -1
		}
	}
	if count < n-1 || count > n {
		return frame{}, false
	}
	sid, ok1 := number(fields[1])
	size, ok2 := number(fields[count-1])
	head := int64(0)
	ok3 := true
	if n == 5 {
		head, ok3 = number(fields[count-2])
	}
	if !ok1 || !ok2 || !ok3 || head > size || size > maxFrame {
		return frame{}, false
	}
	return frame{sid: sid, subject: fields[0], from: first, head: int(head), size: int(size) + 2}, true
}

func number(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 12 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
