package tap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestParseFrame(t *testing.T) {
	for line, want := range map[string]frame{
		"MSG a.b 7 12\r\n":           {sid: 7, size: 14, from: 4},
		"MSG a.b 7 reply 12\r\n":     {sid: 7, size: 14, from: 4},
		"MSG  a.b\t7  0 \r\n":        {sid: 7, size: 2, from: 5},
		"HMSG a.b 7 10 12\r\n":       {sid: 7, size: 14, head: 10, from: 5},
		"HMSG a.b 7 reply 12 12\r\n": {sid: 7, size: 14, head: 12, from: 5},
		"MSG a.b 7 67108864\r\n":     {sid: 7, size: 67108866, from: 4},
		"MSG a.b 999999999999 1\r\n": {sid: 999999999999, size: 3, from: 4},
	} {
		f, ok := parseFrame([]byte(line))
		if !ok || string(f.subject) != "a.b" || f.sid != want.sid || f.size != want.size || f.head != want.head || f.from != want.from {
			t.Errorf("%q: %+v (%q), %v", line, f, f.subject, ok)
		}
	}
	for _, line := range []string{
		"PING\r\n", "MSG\r\n", "MSGS a 1 2\r\n", "MSG a 7\r\n", "MSG a 7 r 1 2\r\n", "MSG a 7 r 1 2 3 4 5\r\n", "MSG a x 1\r\n", "MSG a 1 x\r\n", "MSG a 1 -1\r\n",
		"HMSG a 7 1\r\n", "HMSG a 7 r x 12\r\n", "HMSG a 7 13 12\r\n", "HMSG a 7 r 1 2 3\r\n", "MSG a 7 67108865\r\n", "MSG a 9999999999999 1\r\n", "MSG a 7 1:\r\n", "MSG a 7 1/\r\n", "",
	} {
		if f, ok := parseFrame([]byte(line)); ok {
			t.Errorf("%q is a frame: %+v", line, f)
		}
	}
}

func TestAppendPub(t *testing.T) {
	for want, c := range map[string]struct {
		reply string
		size  int
	}{"xPUB a.b 12\r\n": {"", 12}, "xPUB a.b r.1 0\r\n": {"r.1", 0}} {
		if got := string(AppendPub([]byte("x"), "a.b", c.reply, c.size)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestNotConnected has no socket yet, and then one that nats.go still talks over.
func TestNotConnected(t *testing.T) {
	tp := New(func() int64 { return 0 })
	if err := tp.Start(); !errors.Is(err, ErrNoConn) {
		t.Errorf("start: %v", err)
	}
	if err := tp.Write([]byte("x")); !errors.Is(err, ErrNoConn) {
		t.Errorf("write: %v", err)
	}
	s := &socket{r: strings.NewReader("INFO {}\r\n" + msg(sidBase, "early"))}
	c := tp.Wrap(s)
	if err := tp.Write([]byte("x")); !errors.Is(err, ErrNoConn) || s.w.Len() != 0 {
		t.Errorf("write before the start: %v, %q", err, s.w.String())
	}
	got, err := io.ReadAll(c) // everything passes
	if err != nil || string(got) != "INFO {}\r\n"+msg(sidBase, "early") {
		t.Errorf("%q, %v", got, err)
	}
	if err := tp.Start(); err != nil || s.w.Len() != 0 {
		t.Errorf("a start without subscriptions: %v, %q", err, s.w.String())
	}
	tp.Subscribe("a.>", "", nil)
	tp.Subscribe("b", "q", nil)
	if err := tp.Start(); err != nil || s.w.String() != "SUB a.>  4000000000\r\nSUB b q 4000000001\r\n" {
		t.Errorf("%v, %q", err, s.w.String())
	}
	s.w.Reset()
	if err := tp.Write([]byte("PUB a 0\r\n\r\n")); err != nil || s.w.String() != "PUB a 0\r\n\r\n" {
		t.Errorf("%v, %q", err, s.w.String())
	}
}

// TestStop lets no handler run any more.
func TestStop(t *testing.T) {
	tp := New(func() int64 { return 0 })
	n := 0
	tp.Subscribe("a", "", func(*Message) { n++ })
	r, w := io.Pipe()
	c := tp.Wrap(&socket{r: r})
	if err := tp.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		fmt.Fprint(w, msg(sidBase, "one"), "PING\r\n")
		tp.Stop()
		fmt.Fprint(w, msg(sidBase, "two"), msg(sidBase+7, "nobody's"), "PONG\r\n")
		w.Close()
	}()
	rest, err := io.ReadAll(c)
	if err != nil || string(rest) != "PING\r\nPONG\r\n" || n != 1 {
		t.Errorf("%d messages, %q, %v", n, rest, err)
	}
}

// TestNotTheProtocol hands what has no end of line on, to be refused there.
func TestNotTheProtocol(t *testing.T) {
	for name, stream := range map[string]string{
		"endless":    strings.Repeat("x", 3*maxLine),
		"just short": strings.Repeat("x", maxLine-1),
		"cut off":    "PING\r\nMSG a 40000",
		"cut body":   "PING\r\nMSG a 7 100\r\nabc",
	} {
		rest, got := split(t, strings.NewReader(stream), 1000)
		if rest != stream || len(got[0]) != 0 {
			t.Errorf("%s: %d of %d bytes came through", name, len(rest), len(stream))
		}
	}
	// The body of a message for the tap that never comes is nobody's.
	if rest, got := split(t, strings.NewReader("PING\r\nMSG a 4000000000 100\r\nabc"), 1000); rest != "PING\r\n" || len(got[0]) != 0 {
		t.Errorf("%q, %q", rest, got)
	}
}

// TestManySubjects follows lines that differ and lines that repeat.
func TestManySubjects(t *testing.T) {
	var stream bytes.Buffer
	var want []string
	for i := range 200 {
		subject := fmt.Sprint("s.", i/3%7)
		fmt.Fprintf(&stream, "MSG %s %d 3\r\nabc\r\n", subject, sidBase)
		want = append(want, subject+"|")
		if i%5 == 0 {
			stream.WriteString("+OK\r\n")
		}
	}
	rest, got, heads := splitHeads(t, &stream, 64)
	if rest != strings.Repeat("+OK\r\n", 40) || len(got[0]) != 200 || !slices.Equal(heads, want) {
		t.Errorf("%d messages, %q", len(got[0]), rest)
	}
}
