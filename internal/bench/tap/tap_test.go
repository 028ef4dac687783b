package tap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// socket is a net.Conn that reads from a reader.
type socket struct {
	net.Conn
	r io.Reader
	w bytes.Buffer
}

func (s *socket) Read(p []byte) (int, error)  { return s.r.Read(p) }
func (s *socket) Write(p []byte) (int, error) { return s.w.Write(p) }

// split reads a stream through a tap and gives what nats.go sees and what the
// two subscriptions got.
func split(t *testing.T, r io.Reader, p int) (rest string, got [2][]string) {
	t.Helper()
	rest, got, _ = splitHeads(t, r, p)
	return rest, got
}

// splitHeads also gives the subjects and headers.
func splitHeads(t *testing.T, r io.Reader, p int) (rest string, got [2][]string, heads []string) {
	t.Helper()
	tp := New(func() int64 { return 7 })
	for i := range got {
		tp.Subscribe("s", "", func(m *Message) {
			if m.Now != 7 {
				t.Error("no reading of the clock")
			}
			got[i] = append(got[i], string(m.Payload))
			heads = append(heads, string(m.Subject)+"|"+string(m.Header))
		})
	}
	c := tp.Wrap(&socket{r: r})
	if err := tp.Start(); err != nil {
		t.Fatal(err)
	}
	var out []byte
	buf := make([]byte, p)
	for {
		n, err := c.Read(buf)
		out = append(out, buf[:n]...)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return string(out), got, heads
		}
	}
}

func msg(sid int, payload string) string {
	return fmt.Sprintf("MSG subj.x %d %d\r\n%s\r\n", sid, len(payload), payload)
}

func TestSplit(t *testing.T) {
	headers := "NATS/1.0\r\nA: b\r\n\r\n"
	stream := "PING\r\n" + msg(sidBase, "one") + msg(1, "for nats.go") + msg(sidBase+1, "") + "PONG\r\n" +
		msg(sidBase, "MSG fake 4000000000 5\r\n") + "MSG a 4000000001 reply.to 3\r\nabc\r\n" +
		fmt.Sprintf("HMSG h %d %d %d\r\n%sbody\r\n", sidBase, len(headers), len(headers)+4, headers) +
		fmt.Sprintf("HMSG h 2 r %d %d\r\n%sbody\r\n", len(headers), len(headers)+4, headers) +
		msg(sidBase, strings.Repeat("x", 3*readSize)) + "-ERR 'something'\r\nMSG odd\r\n+OK\r\n"
	wantRest := "PING\r\n" + msg(1, "for nats.go") + "PONG\r\n" +
		fmt.Sprintf("HMSG h 2 r %d %d\r\n%sbody\r\n", len(headers), len(headers)+4, headers) + "-ERR 'something'\r\nMSG odd\r\n+OK\r\n"
	for name, r := range map[string]io.Reader{
		"whole": strings.NewReader(stream), "one byte": iotest.OneByteReader(strings.NewReader(stream)), "half": iotest.HalfReader(strings.NewReader(stream)),
		"data with EOF": iotest.DataErrReader(strings.NewReader(stream)),
	} {
		for _, p := range []int{1, 7, 32 << 10} {
			if name == "one byte" && p == 1 {
				continue
			}
			rest, got := split(t, r, p)
			r = strings.NewReader(stream)
			if rest != wantRest {
				t.Errorf("%s, %d: nats.go sees %q", name, p, rest)
			}
			if len(got[0]) != 4 || got[0][0] != "one" || got[0][1] != "MSG fake 4000000000 5\r\n" || got[0][2] != "body" || len(got[0][3]) != 3*readSize {
				t.Errorf("%s, %d: first got %d messages", name, p, len(got[0]))
			}
			if len(got[1]) != 2 || got[1][0] != "" || got[1][1] != "abc" {
				t.Errorf("%s, %d: second got %q", name, p, got[1])
			}
		}
	}
}

// TestHeads reads subjects and headers of messages whose lines are equal, of
// equal length, and different.
func TestHeads(t *testing.T) {
	headers := "NATS/1.0 503\r\n\r\n"
	one := fmt.Sprintf("MSG in.box.1 %d 2\r\nok\r\n", sidBase)
	stream := one + one + fmt.Sprintf("MSG in.box.2 %d 2\r\nok\r\nMSG  other  %d  r 2\r\nok\r\n", sidBase, sidBase+1) +
		fmt.Sprintf("HMSG in.box.1 %d %d %d\r\n%s\r\n", sidBase, len(headers), len(headers), headers) + one
	want := []string{"in.box.1|", "in.box.1|", "in.box.2|", "other|", "in.box.1|" + headers, "in.box.1|"}
	for name, r := range map[string]io.Reader{"whole": strings.NewReader(stream), "one byte": iotest.OneByteReader(strings.NewReader(stream))} {
		rest, _, heads := splitHeads(t, r, 100)
		if rest != "" || !slices.Equal(heads, want) {
			t.Errorf("%s: %q, nats.go sees %q", name, heads, rest)
		}
	}
}

func TestPassesEverythingBeforeItStarts(t *testing.T) {
	binary := make([]byte, 100_000) // a TLS handshake, say
	rnd := rand.New(rand.NewPCG(1, 1))
	for i := range binary {
		binary[i] = byte(rnd.Uint32())
	}
	tp := New(func() int64 { return 0 })
	out, err := io.ReadAll(tp.Wrap(&socket{r: bytes.NewReader(binary)}))
	if err != nil || !bytes.Equal(out, binary) {
		t.Errorf("%d bytes of %d, %v", len(out), len(binary), err)
	}
}

func TestWrite(t *testing.T) {
	tp := New(func() int64 { return 0 })
	if err := tp.Write([]byte("PUB a 0\r\n\r\n")); !errors.Is(err, ErrNoConn) {
		t.Errorf("got %v", err)
	}
	tp.Subscribe("a.*", "q", nil)
	s := &socket{}
	tp.Wrap(s)
	if err := tp.Start(); err != nil {
		t.Fatal(err)
	}
	if err := tp.Write(append(AppendPub(nil, "a.b", "", 2), "hi\r\n"...)); err != nil {
		t.Fatal(err)
	}
	if got := s.w.String(); got != "SUB a.* q 4000000000\r\nPUB a.b 2\r\nhi\r\n" {
		t.Errorf("%q", got)
	}
}

func TestNoAllocations(t *testing.T) {
	one := msg(sidBase, strings.Repeat("x", 128))
	tp := New(func() int64 { return 0 })
	n := 0
	tp.Subscribe("s", "", func(*Message) { n++ })
	r := strings.NewReader("")
	c := tp.Wrap(&socket{r: r})
	if err := tp.Start(); err != nil {
		t.Fatal(err)
	}
	stream := strings.Repeat(one, 1000)
	p := make([]byte, 4096)
	allocs := testing.AllocsPerRun(10, func() {
		r.Reset(stream)
		c.(*conn).err = nil
		_, _ = c.Read(p)
	})
	if allocs > 1 || n < 10_000 {
		t.Errorf("%v allocations for 1000 messages, %d messages", allocs, n)
	}
}

func FuzzSplit(f *testing.F) {
	f.Add([]byte("PING\r\nMSG a 4000000000 3\r\nabc\r\nMSG a 1 3\r\nabc\r\n"), 3)
	f.Fuzz(func(t *testing.T, stream []byte, p int) {
		p = max(1, p%1000)
		rest, got := split(t, bytes.NewReader(stream), p)
		again, once := split(t, iotest.OneByteReader(bytes.NewReader(stream)), p)
		if rest != again && len(stream) < maxLine || fmt.Sprint(got) != fmt.Sprint(once) {
			t.Errorf("the pieces in which a stream arrives matter: %q and %q", rest, again)
		}
	})
}

func BenchmarkReceive(b *testing.B) {
	stream := strings.Repeat(msg(sidBase, strings.Repeat("x", 128)), 1000)
	tp := New(func() int64 { return 0 })
	tp.Subscribe("s", "", func(*Message) {})
	r := strings.NewReader("")
	c := tp.Wrap(&socket{r: r})
	_ = tp.Start()
	p := make([]byte, 4096)
	for b.Loop() {
		r.Reset(stream)
		c.(*conn).err = nil
		_, _ = c.Read(p)
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/1000, "ns/msg")
}
