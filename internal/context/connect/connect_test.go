package connect

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/testcluster"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// startServer runs an embedded server on free ports of 127.0.0.1.
func startServer(t *testing.T, o server.Options) *server.Server {
	t.Helper()
	o.Host, o.Port, o.NoLog, o.NoSigs, o.ServerName = "127.0.0.1", server.RANDOM_PORT, true, true, "n1"
	s, err := server.NewServer(&o)
	must(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s
}

// certificate is signed by itself, for 127.0.0.1.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "n1"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// options are those of nats.go for a URL.
func options(t *testing.T, url string, timeout time.Duration, more ...nats.Option) nats.Options {
	t.Helper()
	o := nats.GetDefaultOptions()
	o.Url, o.Timeout, o.AllowReconnect = url, timeout, false
	for _, set := range more {
		must(t, set(&o))
	}
	return o
}

// listen accepts connections, greets each with these words and keeps it.
func listen(t *testing.T, words string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var kept []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			_, _ = conn.Write([]byte(words))
			kept = append(kept, conn)
		}
		for _, conn := range kept {
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// TestWhatListensIsNamed connects to every kind of port with every kind of URL
// that does not fit.
func TestWhatListensIsNamed(t *testing.T) {
	cert, pool := certificate(t)
	conf := func() *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	leaf := testcluster.Ports(t, 1)[0]
	o := server.Options{
		HTTPHost: "127.0.0.1", HTTPPort: server.RANDOM_PORT,
		Websocket: server.WebsocketOpts{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoTLS: true},
		LeafNode:  server.LeafNodeOpts{Host: "127.0.0.1", Port: leaf},
		Gateway:   server.GatewayOpts{Name: "east", Host: "127.0.0.1", Port: server.RANDOM_PORT},
		Cluster:   server.ClusterOpts{Name: "east"},
		Accounts:  []*server.Account{server.NewAccount("SYS")}, SystemAccount: "SYS",
	}
	plain := startServer(t, o)
	ports := plain.PortsInfo(10 * time.Second)
	secure := startServer(t, server.Options{
		TLS: true, TLSConfig: conf(), TLSTimeout: 5, TLSHandshakeFirst: true,
		Websocket: server.WebsocketOpts{Host: "127.0.0.1", Port: server.RANDOM_PORT, TLSConfig: conf()},
	})
	securePorts := secure.PortsInfo(10 * time.Second)
	https := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(https.Close)
	httpsPool := x509.NewCertPool()
	httpsPool.AddCert(https.Certificate())
	trust := nats.Secure(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12})
	at := func(list []string) string {
		if len(list) == 0 {
			t.Fatal("a port is missing")
		}
		_, place, _ := strings.Cut(list[0], "://")
		return place
	}
	for name, c := range map[string]struct {
		url  string
		more []nats.Option
		want error
	}{
		"monitoring port":               {"nats://" + at(ports.Monitoring), nil, ErrHTTP},
		"TLS to the monitoring port":    {"tls://" + at(ports.Monitoring), nil, ErrHTTP},
		"ws to the monitoring port":     {"ws://" + at(ports.Monitoring), nil, ErrHTTP},
		"https":                         {"nats://" + https.Listener.Addr().String(), []nats.Option{nats.Secure(&tls.Config{RootCAs: httpsPool, MinVersion: tls.VersionTLS12})}, ErrHTTP},
		"websocket port":                {"nats://" + at(ports.WebSocket), nil, ErrWebsocket},
		"wss to ws":                     {"wss://" + at(ports.WebSocket), nil, ErrWebsocket},
		"ws to the client port":         {"ws://" + at(ports.Nats), nil, ErrPlain},
		"TLS first to one that greets":  {"tls://" + at(ports.Nats), []nats.Option{nats.TLSHandshakeFirst()}, ErrPlain},
		"leaf node port":                {fmt.Sprintf("nats://127.0.0.1:%d", leaf), nil, ErrLeafPort},
		"gateway port":                  {"nats://" + plain.GatewayAddr().String(), nil, ErrGatewayPort},
		"greeting from TLS first":       {"nats://" + at(securePorts.Nats), []nats.Option{trust}, ErrTLSFirst},
		"TLS first, not trusted":        {"tls://" + at(securePorts.Nats), nil, ErrTLSFirst},
		"TLS first":                     {"tls://" + at(securePorts.Nats), []nats.Option{trust, nats.TLSHandshakeFirst()}, nil},
		"ws to wss":                     {"ws://" + at(securePorts.WebSocket), nil, ErrTLSFirst},
		"greeting from wss":             {"nats://" + at(securePorts.WebSocket), []nats.Option{trust}, ErrWebsocketTLS},
		"wss":                           {"wss://" + at(securePorts.WebSocket), []nats.Option{trust}, nil},
		"ws":                            {"ws://" + at(ports.WebSocket), nil, nil},
		"ws with a path":                {"ws://" + at(ports.WebSocket) + "/some/path", nil, nil},
		"a word that is not a greeting": {"nats://" + listen(t, "220 ready\r\n"), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			nc, err := Connect(t.Context(), options(t, c.url, 700*time.Millisecond, c.more...))
			if nc != nil {
				nc.Close()
			}
			works := c.want == nil && !strings.HasPrefix(name, "a word")
			if works != (err == nil) || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			var e *Error
			if err != nil && (!errors.As(err, &e) || !strings.Contains(c.url, e.Address) || e.Address == "") {
				t.Errorf("%#v", err)
			}
		})
	}
}

// TestRefusalsAreTyped has servers that end the login with these words.
func TestRefusalsAreTyped(t *testing.T) {
	const info = `INFO {"server_id":"N","version":"2.12.0","proto":1,"max_payload":1024}` + "\r\n"
	for said, want := range map[string]error{
		"attempted to connect to gateway port":                 ErrGatewayPort,
		"Attempted To Connect To Leaf Node Port":               ErrLeafPort,
		"attempted to connect to route port":                   ErrRoutePort,
		`Rejecting connection, cluster name "" does not match`: ErrRoutePort,
		"maximum account active connections exceeded":          nats.ErrMaxAccountConnectionsExceeded,
		"maximum connections exceeded":                         nats.ErrMaxConnectionsExceeded,
		"Authorization Violation":                              nats.ErrAuthorization,
	} {
		_, err := Connect(t.Context(), options(t, "nats://"+listen(t, info+"-ERR '"+said+"'\r\n"), 5*time.Second))
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", said, err, want)
		}
		for _, r := range refusals {
			if r.err != want && errors.Is(err, r.err) {
				t.Errorf("%q is also %v", said, r.err)
			}
		}
	}
}

// TestAFullServerIsReported has a server that greets, refuses and closes, which
// nats.go may see as a broken pipe.
func TestAFullServerIsReported(t *testing.T) {
	s := startServer(t, server.Options{MaxConn: 1})
	first, err := Connect(t.Context(), options(t, s.ClientURL(), 5*time.Second))
	must(t, err)
	defer first.Close()
	_, err = Connect(t.Context(), options(t, s.ClientURL(), 5*time.Second))
	if !errors.Is(err, nats.ErrMaxConnectionsExceeded) {
		t.Errorf("%v", err)
	}
}

// TestSilenceEndsInTime has something that accepts and says nothing, for each
// scheme: the TLS of a websocket has no limit of its own in nats.go.
func TestSilenceEndsInTime(t *testing.T) {
	for _, scheme := range []string{"nats", "tls", "ws", "wss"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := Connect(t.Context(), options(t, scheme+"://"+listen(t, ""), 300*time.Millisecond))
			var op *net.OpError
			if !errors.As(err, &op) || !op.Timeout() {
				t.Errorf("%v", err)
			}
			if took := time.Since(start); took < 300*time.Millisecond || took > 10*time.Second {
				t.Errorf("ended after %v", took)
			}
		})
	}
}

// TestTheContextEndsAnyStep cancels while something is silent.
func TestTheContextEndsAnyStep(t *testing.T) {
	stuck := &stuckDialer{began: make(chan struct{})}
	for name, c := range map[string]struct {
		url  string
		more []nats.Option
	}{
		"greeting":  {"nats://" + listen(t, ""), nil},
		"TLS first": {"tls://" + listen(t, ""), []nats.Option{nats.TLSHandshakeFirst()}},
		"ws":        {"ws://" + listen(t, ""), nil},
		"wss":       {"wss://" + listen(t, ""), nil},
		"dial":      {"nats://127.0.0.1:1", []nats.Option{nats.SetCustomDialer(stuck)}},
		"two":       {"nats://" + listen(t, "") + ",nats://" + listen(t, ""), nil},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(50*time.Millisecond, func() { cancel(errors.New("a signal")) })
			start := time.Now()
			o := options(t, "", time.Minute, c.more...)
			o.Servers = strings.Split(c.url, ",")
			_, err := Connect(ctx, o)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("ended after %v", took)
			}
		})
	}
}

// stuckDialer is a dialer that only a context ends.
type stuckDialer struct{ began chan struct{} }

func (s *stuckDialer) Dial(string, string) (net.Conn, error) { return nil, errors.New("no context") }

func (s *stuckDialer) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestAConnectionOutlivesItsContext cancels after connecting, and waits for
// longer than the time limit of connecting.
func TestAConnectionOutlivesItsContext(t *testing.T) {
	for _, ws := range []bool{false, true} {
		s := startServer(t, server.Options{Websocket: server.WebsocketOpts{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoTLS: true}})
		url := s.ClientURL()
		if ws {
			url = s.WebsocketURL()
		}
		ctx, cancel := context.WithCancel(t.Context())
		nc, err := Connect(ctx, options(t, url, 200*time.Millisecond))
		must(t, err)
		cancel()
		idle := time.NewTimer(400 * time.Millisecond)
		<-idle.C
		if err := nc.FlushTimeout(5 * time.Second); err != nil || !nc.IsConnected() {
			t.Errorf("websocket %v: %v", ws, err)
		}
		nc.Close()
	}
}

// TestAllAddressesOfANameAreTried connects to a name with several addresses.
func TestAllAddressesOfANameAreTried(t *testing.T) {
	s := startServer(t, server.Options{})
	nc, err := Connect(t.Context(), options(t, strings.Replace(s.ClientURL(), "127.0.0.1", "localhost", 1), 5*time.Second))
	must(t, err)
	nc.Close()
}

// proxyError is the failure of a proxy.
type proxyError struct{ error }

func (proxyError) Proxied() bool { return true }

// failing is a dialer that fails in one way.
type failing struct{ err error }

func (f failing) Dial(string, string) (net.Conn, error) { return nil, f.err }

// TestTheDeadProxyIsNotAMissingServer: nats.go swallows every "connection refused".
func TestTheDeadProxyIsNotAMissingServer(t *testing.T) {
	dead := proxyError{errors.New("proxy: connection refused")}
	_, err := Connect(t.Context(), options(t, "nats://127.0.0.1:1", time.Second, nats.SetCustomDialer(failing{dead})))
	if !errors.Is(err, dead) || errors.Is(err, nats.ErrNoServers) {
		t.Errorf("%v", err)
	}
	_, err = Connect(t.Context(), options(t, "nats://127.0.0.1:1", time.Second))
	if !errors.Is(err, nats.ErrNoServers) {
		t.Errorf("%v", err)
	}
}

// TestIdentifyingSendsNoCredentials records everything that a connection sends
// to something that never greets.
func TestIdentifyingSendsNoCredentials(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	got := make(chan string, 8)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			all, _ := io.ReadAll(conn)
			_ = conn.Close()
			got <- string(all)
		}
	}()
	_, err = Connect(t.Context(), options(t, "nats://"+l.Addr().String(), 200*time.Millisecond, nats.UserInfo("alice", "s3cret"), nats.Token("t0ken")))
	if err == nil {
		t.Error("connected to something silent")
	}
	_ = l.Close()
	<-done
	close(got)
	count := 0
	for sent := range got {
		count++
		if strings.Contains(sent, "s3cret") || strings.Contains(sent, "t0ken") || strings.Contains(sent, "alice") {
			t.Errorf("sent %q", sent)
		}
	}
	if count < 2 || count > 4 {
		t.Errorf("%d connections", count)
	}
}

// TestAServerThatGreetsIsNotAWrongPort: one that hangs after its greeting is told
// as what it is.
func TestAServerThatGreetsIsNotAWrongPort(t *testing.T) {
	const info = `INFO {"server_id":"N","version":"2.12.0","proto":1,"max_payload":1024}` + "\r\n"
	_, err := Connect(t.Context(), options(t, "nats://"+listen(t, info), 200*time.Millisecond))
	var e *Error
	if !errors.As(err, &e) || e.Found != nil {
		t.Errorf("%v", err)
	}
}
