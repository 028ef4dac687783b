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
				c.note(">", []byte(part))
			}
			if strings.Contains(out.String(), "SECRET") || first == "" && cut < len(line)-8 && !strings.Contains(out.String(), "> PING") {
				t.Fatalf("%q, cut at %d:\n%s", first, cut, out.String())
			}
		}
	}
}
