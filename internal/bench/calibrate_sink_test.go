package bench

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
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
