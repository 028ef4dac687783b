package bench

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// TestNullSink answers each PING, skips payloads whatever they hold, and ends
// with what is not the protocol.
func TestNullSink(t *testing.T) {
	ours, theirs := net.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- new(nullSink).serve(theirs) }()
	r := bufio.NewReader(ours)
	if line, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(line, `INFO {"server_id":"null"`) {
		t.Fatalf("%q, %v", line, err)
	}
	for _, frame := range []string{
		"CONNECT {}\r\nSUB a 1\r\nPUB a 0\r\n\r\nPUB a.b reply 12\r\nPING\r\nPING\r\n\r\nPING\r\n",
		"PUB x 107\r\n" + strings.Repeat("P", 107) + "\r\nUNSUB 1\r\nPING\r\n",
	} {
		if _, err := io.WriteString(ours, frame); err != nil {
			t.Fatal(err)
		}
		if line, err := r.ReadString('\n'); err != nil || line != "PONG\r\n" {
			t.Errorf("%q, %v", line, err)
		}
	}
	if _, err := io.WriteString(ours, "GET / HTTP/1.1\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, errNotProtocol) {
		t.Errorf("ended with %v", err)
	}
}

func TestSkipPayload(t *testing.T) {
	r := bufio.NewReader(bytes.NewReader(append(make([]byte, 1234), "\r\nnext"...)))
	if err := skipPayload(r, []byte("PUB subject reply 1234\r\n")); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(r); string(rest) != "next" {
		t.Errorf("%q is left", rest)
	}
}

// TestUsage says what this process and its machine have used since.
func TestUsage(t *testing.T) {
	u := startUse()
	for end := time.Now().Add(60 * time.Millisecond); time.Now().Before(end); {
		runtime.Gosched()
	}
	runtime.GC()
	rep := &result.Run{Sent: 10, Received: 1000}
	u.into(rep)
	c := rep.Client
	if runtime.GOOS == "linux" && (c.CPUNSPerMsg <= 0 || c.CPUCores <= 0 || c.CPUCores > float64(runtime.NumCPU())+0.5) {
		t.Errorf("%+v", c)
	}
	if per := c.CPUNSPerMsg * 1000; per > 0 && (per < c.CPUCores*50e6 || per > c.CPUCores*60e9) {
		t.Errorf("%v ns for each of 1000 messages, %v cores", c.CPUNSPerMsg, c.CPUCores)
	}
	if c.ForeignCPU < 0 || c.ForeignCPU > 1.2 || c.RSSMB < 1 || c.RSSMB > 100_000 || c.GCPauseMaxUS <= 0 {
		t.Errorf("%+v", c)
	}
}

// TestLongestPause looks at the pauses since a count, as far as they are
// remembered.
func TestLongestPause(t *testing.T) {
	m := &runtime.MemStats{NumGC: 5}
	copy(m.PauseNs[:], []uint64{90, 10, 30, 20, 15, 99})
	for from, want := range map[uint32]uint64{0: 90, 1: 30, 3: 20, 4: 15, 5: 0} {
		if got := longestPause(m, from); got != want {
			t.Errorf("since %d: %d, want %d", from, got, want)
		}
	}
	m.NumGC = 258 // the first two are overwritten
	m.PauseNs[0], m.PauseNs[1] = 7, 8
	if got := longestPause(m, 0); got != 99 {
		t.Errorf("after a turn: %d, want 99", got)
	}
}
