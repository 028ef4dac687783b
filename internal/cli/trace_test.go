package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestTraceMasksCredentials: however the line with the credentials is cut, and
// whatever wraps it, the trace does not show it.
func TestTraceMasksCredentials(t *testing.T) {
	line := `CONNECT {"user":"bob","pass":"PASSWORD-SECRET","jwt":"JWT-SECRET"}` + "\r\nPING\r\n"
	for _, first := range []string{"", "GET /leafnode HTTP/1.1\r\nHost: h\r\n\r\n", "\x16\x03\x01"} {
		for cut := len("CONNECT "); cut < len(line); cut++ {
			var out bytes.Buffer
			c := &traced{w: &out}
			for _, part := range []string{first, line[:cut], line[cut:]} {
				c.log(">", []byte(part))
			}
			if strings.Contains(out.String(), "SECRET") || first == "" && cut < len(line)-8 && !strings.Contains(out.String(), "> PING") {
				t.Fatalf("%q, cut at %d:\n%s", first, cut, out.String())
			}
		}
	}
}

// TestTraceCountsWhatIsWrapped: a websocket frame carries the key to what it
// masks, so that from the first byte of a websocket or of TLS on, in either
// direction, nothing but counts is shown.
func TestTraceCountsWhatIsWrapped(t *testing.T) {
	for _, tc := range []struct{ direction, first, want string }{
		{">", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "natsctl: trace: > 27 bytes of websocket\nnatsctl: trace: > 6 bytes of websocket\n"},
		{"<", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "natsctl: trace: < 36 bytes of websocket\nnatsctl: trace: > 6 bytes of websocket\n"},
		{">", "\x16\x03\x01", "natsctl: trace: > 3 bytes of TLS\nnatsctl: trace: > 6 bytes of TLS\n"},
	} {
		var out bytes.Buffer
		c := &traced{w: &out}
		c.log(tc.direction, []byte(tc.first))
		c.log(">", []byte("\x82SECRE"))
		if out.String() != tc.want {
			t.Errorf("after %q: %q, want %q", tc.first, out.String(), tc.want)
		}
	}
}
