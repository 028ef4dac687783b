package natsctx

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// socksProxy runs a SOCKS5 proxy (RFC 1928) that connects everything to one
// address, and tells what names it was asked for.
func socksProxy(t *testing.T, to string) (url string, asked <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	names := make(chan string, 16)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				serveSocks(conn, to, names)
			}()
		}
	}()
	return "socks5://" + l.Addr().String(), names
}

// serveSocks answers a greeting without authentication and a CONNECT to a name.
func serveSocks(conn net.Conn, to string, names chan<- string) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(conn, head); err != nil {
		return
	}
	if _, err := io.ReadFull(conn, make([]byte, head[1])); err != nil {
		return
	}
	_, _ = conn.Write([]byte{5, 0})
	request := make([]byte, 5)
	if _, err := io.ReadFull(conn, request); err != nil {
		return
	}
	rest := make([]byte, int(request[4])+2)
	if _, err := io.ReadFull(conn, rest); err != nil {
		return
	}
	names <- string(rest[:len(rest)-2])
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = out.Close() }()
	_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	go func() { _, _ = io.Copy(out, conn) }()
	_, _ = io.Copy(conn, out)
}

// TestProxyResolvesNames connects to a name that only the proxy knows.
func TestProxyResolvesNames(t *testing.T) {
	to := strings.TrimPrefix(startServer(t, server.Options{}), "nats://")
	proxy, asked := socksProxy(t, to)
	if _, err := dial(t, Overrides{Settings: Settings{URL: "nats://only-there.example.net:4222", SocksProxy: proxy}}, noEnv); err != nil {
		t.Fatal(err)
	}
	if name := <-asked; name != "only-there.example.net" {
		t.Errorf("asked for %q", name)
	}
}

// TestSilentProxyIsGivenUp has a proxy that accepts and says nothing.
func TestSilentProxyIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	p, err := newProxy("socks5://"+l.Addr().String(), 50*time.Millisecond)
	must(t, err)
	start := time.Now()
	if conn, err := p.Dial("tcp", "h:4222"); err == nil {
		_ = conn.Close()
		t.Error("connected through a proxy that says nothing")
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("gave up after %v", took)
	}
}

// options are those of nats.go for settings.
func options(t *testing.T, o Overrides) nats.Options {
	t.Helper()
	target, err := Resolve(newStore(t), o, noEnv)
	must(t, err)
	d, err := target.Dial(t.Context())
	must(t, err)
	opts := nats.GetDefaultOptions()
	for _, set := range d.Options {
		must(t, set(&opts))
	}
	return opts
}

// TestWhatBecomesOfSettings reads the options that nats.go gets.
func TestWhatBecomesOfSettings(t *testing.T) {
	cert, key := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	plain := options(t, Overrides{})
	if plain.TLSHandshakeFirst || plain.Secure || plain.InboxPrefix != "" || plain.Timeout != DefaultTimeout || plain.CustomDialer != nil {
		t.Errorf("%+v", plain)
	}
	if c := plain.TLSConfig; c.InsecureSkipVerify || c.MinVersion != tls.VersionTLS12 {
		t.Errorf("verification skipped: %v, from %x", c.InsecureSkipVerify, c.MinVersion)
	}
	if c := options(t, Overrides{Insecure: true}).TLSConfig; !c.InsecureSkipVerify || c.MinVersion != tls.VersionTLS12 {
		t.Errorf("verification skipped: %v, from %x", c.InsecureSkipVerify, c.MinVersion)
	}
	full := options(t, Overrides{Timeout: 7 * time.Second, Settings: Settings{
		URL: "tls://a,tls://b:1", TLSFirst: true, InboxPrefix: "_INBOX.x", SocksProxy: "socks5://p:1", CA: cert, Cert: cert, Key: key,
		User: "u", Password: "p",
	}})
	if !full.TLSHandshakeFirst || full.InboxPrefix != "_INBOX.x" || full.Timeout != 7*time.Second || full.CustomDialer == nil || !full.SkipHostLookup {
		t.Errorf("%+v", full)
	}
	if full.User != "u" || full.Password != "p" || full.RootCAsCB == nil || full.TLSCertCB == nil || full.TLSConfig.InsecureSkipVerify {
		t.Errorf("%+v", full)
	}
	s := newStore(t)
	must(t, s.Create(&Context{Name: "both", Settings: Settings{User: "u", Password: "p", Token: "t"}}))
	target, err := Resolve(s, Overrides{Context: "both"}, noEnv)
	must(t, err)
	both, err := resolver{}.auth(t.Context(), &target.Settings)
	if err != nil || len(both) != 2 {
		t.Errorf("a token goes beside a user: %d options, %v", len(both), err)
	}
}

// TestInsecureIsNotSaved: no key of a file and no variable skips the verification.
func TestInsecureIsNotSaved(t *testing.T) {
	s := newStore(t, "x")
	for _, f := range Fields() {
		if strings.Contains(f.Key, "insecure") || strings.Contains(f.Env, "INSECURE") {
			t.Errorf("%s %s", f.Key, f.Env)
		}
	}
	target, err := Resolve(s, Overrides{Context: "x"}, func(name string) string {
		return map[string]string{"NATS_TLS_INSECURE": "1", "NATS_INSECURE": "true"}[name]
	})
	must(t, err)
	if target.Insecure {
		t.Error("a variable skips the verification")
	}
}
