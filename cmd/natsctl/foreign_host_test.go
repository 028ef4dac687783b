package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
)

// recordingServer greets like a server and keeps what is sent to it.
type recordingServer struct {
	address string
	mu      sync.Mutex
	dialed  int
	sent    bytes.Buffer
}

// startRecordingServer begins to listen. TLS is not offered: what is sent can be read.
func startRecordingServer(t *testing.T) *recordingServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &recordingServer{address: l.Addr().String()}
	var wg sync.WaitGroup
	wg.Go(func() {
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			wg.Go(func() { o.keep(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return o
}

// keep reads what a client sends, and refuses its login.
func (o *recordingServer) keep(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, `INFO {"server_id":"N","version":"2.12.0","proto":1,"max_payload":1024,"auth_required":true}`+"\r\n")
	said := make([]byte, 4096)
	n, _ := conn.Read(said)
	o.mu.Lock()
	o.dialed++
	o.sent.Write(said[:n])
	o.mu.Unlock()
	_, _ = io.WriteString(conn, "-ERR 'Authorization Violation'\r\n")
}

// read returns what was sent since the last call, and by how many connections.
func (o *recordingServer) read() (dialed int, sent string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	dialed, sent = o.dialed, o.sent.String()
	o.dialed = 0
	o.sent.Reset()
	return dialed, sent
}

// TestCredentialsStayWithTheirServer names, beside a context, another port of its
// host, which listens: no command sends the credentials of the context there,
// unless that is allowed.
func TestCredentialsStayWithTheirServer(t *testing.T) {
	other := startRecordingServer(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "prod.json")
	if err := os.WriteFile(path, []byte(`{"url":"nats://127.0.0.1:1","user":"bob","password":"hunter2"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	try := func(natsURL, line string) (words string, code int) {
		var out bytes.Buffer
		code = run(strings.Fields(line), &cli.Env{
			In: strings.NewReader(""), Out: &out, Err: &out, Width: func() int { return 0 }, Now: time.Now,
			Getenv: func(name string) string {
				return map[string]string{"NATS_URL": natsURL, "HOME": dir, "XDG_CONFIG_HOME": dir}[name]
			},
		})
		return out.String(), code
	}
	for _, line := range []string{
		"server ls", "server ping", "account info", "check", "events --for 1s", "conn kick --client x --dry-run", "record " + filepath.Join(dir, "r"),
		"server request varz", "top --once", "exporter check", "bench pub x --msgs 1", "bench js pub x --msgs 1",
	} {
		for _, natsURL := range []string{"", "nats://" + other.address} {
			call := line + " --timeout 1s --context " + path
			if natsURL == "" {
				call += " -s nats://" + other.address
			}
			words, code := try(natsURL, call)
			if dialed, sent := other.read(); code != cli.ExitUsage || !strings.Contains(words, "its credentials are not sent there") || dialed != 0 {
				t.Errorf("NATS_URL=%s natsctl %s: exit code %d, %d connections, sent %q: %s", natsURL, call, code, dialed, sent, words)
			}
		}
		words, code := try("", line+" --timeout 1s --allow-url-override --context "+path+" -s nats://"+other.address)
		if _, sent := other.read(); code != cli.ExitAuth || !strings.Contains(sent, "hunter2") {
			t.Errorf("%s, allowed: exit code %d, sent %q: %s", line, code, sent, words)
		}
	}
}
