package probe

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// startServer runs an embedded server on a free port of 127.0.0.1.
func startServer(t *testing.T, o server.Options) string {
	t.Helper()
	o.Host, o.Port, o.NoLog, o.NoSigs, o.ServerName = "127.0.0.1", server.RANDOM_PORT, true, true, "n1"
	s, err := server.NewServer(&o)
	must(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	return "nats://" + s.Addr().String()
}

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-100 * time.Hour), NotAfter: time.Now().Add(100 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return authority{cert, key, pool}
}

// issue makes a server certificate.
func (a authority) issue(t *testing.T, ip string, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "n1"}, IPAddresses: []net.IP{net.ParseIP(ip)},
		NotBefore: time.Now().Add(-50 * time.Hour), NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// trust is the option of a client that trusts the authority.
func (a authority) trust() nats.Option {
	return nats.Secure(&tls.Config{RootCAs: a.pool, MinVersion: tls.VersionTLS12})
}

// listen accepts connections and greets each with these words.
func listen(t *testing.T, words string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(words))
			t.Cleanup(func() { _ = conn.Close() })
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "nats://" + l.Addr().String()
}

// closedPort is a URL at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return "nats://" + l.Addr().String()
}

func TestTheFailingStageIsNamed(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	withTLS := func(cert tls.Certificate, verify bool) string {
		conf := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		if verify {
			conf.ClientCAs, conf.ClientAuth = ca.pool, tls.RequireAndVerifyClientCert
		}
		return startServer(t, server.Options{TLS: true, TLSVerify: verify, TLSConfig: conf, TLSTimeout: 5})
	}
	soon := time.Now().Add(24 * time.Hour)
	good := withTLS(ca.issue(t, "127.0.0.1", soon), false)
	plain := startServer(t, server.Options{})
	locked := startServer(t, server.Options{Username: "alice", Password: "x"})
	mute := startServer(t, server.Options{Users: []*server.User{{
		Username: "bob", Password: "x",
		Permissions: &server.Permissions{Subscribe: &server.SubjectPermission{Deny: []string{"_INBOX.>"}}},
	}}})
	for name, tc := range map[string]struct {
		url  string
		opts []nats.Option
		want string // the stages that were passed, then the one that failed
		says string
	}{
		"plain":             {plain, nil, "tcp greeting auth permission", "server n1, version 2."},
		"without a scheme":  {strings.TrimPrefix(plain, "nats://"), nil, "tcp greeting auth permission", `account "$G"`},
		"no such name":      {"nats://no-such-host.invalid", nil, "!dns", "no-such-host.invalid"},
		"nothing listens":   {closedPort(t), nil, "tcp!", "refused"},
		"something else":    {listen(t, "HTTP/1.1 400 Bad Request\r\n"), nil, "tcp greeting!", "is an HTTP port"},
		"endless greeting":  {listen(t, "INFO "+strings.Repeat("x", maxInfo)), nil, "tcp greeting!", "not a NATS server"},
		"silence":           {listen(t, ""), []nats.Option{nats.Timeout(300 * time.Millisecond)}, "tcp greeting!", "no answer within 300ms"},
		"no TLS there":      {strings.Replace(plain, "nats:", "tls:", 1), nil, "tcp greeting!", "secure connection not available"},
		"trusted":           {good, []nats.Option{ca.trust()}, "tcp greeting tls auth permission", `signed by "test authority"`},
		"unknown authority": {good, []nats.Option{other.trust()}, "tcp greeting tls!", "is not trusted"},
		"for another host":  {withTLS(ca.issue(t, "10.9.9.9", soon), false), []nats.Option{ca.trust()}, "tcp greeting tls!", "not for the address 127.0.0.1, only for 10.9.9.9"},
		"expired":           {withTLS(ca.issue(t, "127.0.0.1", time.Now().Add(-time.Hour)), false), []nats.Option{ca.trust()}, "tcp greeting tls!", "outside of its time"},
		"no client cert":    {withTLS(ca.issue(t, "127.0.0.1", soon), true), []nats.Option{ca.trust()}, "tcp greeting tls tls!", "certificate"},
		"no login":          {locked, nil, "tcp greeting auth!", "Authorization Violation"},
		"wrong login":       {locked, []nats.Option{nats.UserInfo("alice", "y")}, "tcp greeting auth!", "Authorization Violation"},
		"login":             {locked, []nats.Option{nats.UserInfo("alice", "x")}, "tcp greeting auth permission", `user "alice"`},
		"no replies":        {mute, []nats.Option{nats.UserInfo("bob", "x")}, "tcp greeting auth permission!", "receive answers on"},
	} {
		t.Run(name, func(t *testing.T) {
			var stages, said []string
			opts := append([]nats.Option{nats.Timeout(20 * time.Second)}, tc.opts...)
			_ = Run(t.Context(), tc.url, opts, func(r Result) {
				stage := string(r.Stage)
				if r.Err != nil {
					stage += "!"
					said = append(said, Explain(r.Err), r.Err.Error())
				}
				if r.Stage == TLS && r.Expires.IsZero() && r.Detail != "" {
					t.Error("the end of the certificate is missing")
				}
				stages, said = append(stages, stage), append(said, r.Detail)
			})
			want := strings.Replace(tc.want, "!dns", "dns!", 1)
			if got := strings.Join(stages, " "); got != want {
				t.Errorf("stages %q, want %q\n%s", got, want, strings.Join(said, "\n"))
			}
			if all := fmt.Sprint(said); !strings.Contains(all, tc.says) {
				t.Errorf("says %q, want %q", all, tc.says)
			}
		})
	}
}

// stages probes a URL and returns the results by stage.
func stages(t *testing.T, url string, opts ...nats.Option) map[Stage]Result {
	t.Helper()
	out := map[Stage]Result{}
	_ = Run(t.Context(), url, append([]nats.Option{nats.Timeout(20 * time.Second)}, opts...), func(r Result) { out[r.Stage] = r })
	return out
}

// TestWhatEachStageReports reads names, addresses and ends, each of a value of its own.
func TestWhatEachStageReports(t *testing.T) {
	ca := newAuthority(t)
	end := time.Now().Add(30 * time.Hour).UTC().Truncate(time.Second)
	conf := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1", end)}, MinVersion: tls.VersionTLS12}
	url := startServer(t, server.Options{TLS: true, TLSConfig: conf, TLSTimeout: 5, Cluster: server.ClusterOpts{Name: "east"}})
	got := stages(t, strings.Replace(url, "127.0.0.1", "localhost", 1), ca.trust())
	if r := got[DNS]; !strings.HasPrefix(r.Detail, "localhost is ") || !strings.Contains(r.Detail, "127.0.0.1") || r.Took <= 0 {
		t.Errorf("dns: %+v", r)
	}
	if r := got[TCP]; r.Detail != "connected to "+strings.TrimPrefix(url, "nats://") {
		t.Errorf("tcp: %+v, %s", r, url)
	}
	if r := got[Greeting]; !strings.HasPrefix(r.Detail, "server n1, version 2.") || !strings.HasSuffix(r.Detail, ", cluster east, requires TLS") {
		t.Errorf("greeting: %+v", r)
	}
	if r := got[TLS]; r.Err == nil || !strings.Contains(Explain(r.Err), "not for localhost, only for 127.0.0.1") || !r.Expires.Equal(end) {
		t.Errorf("tls: %+v", r)
	}
	got = stages(t, url, ca.trust())
	want := `TLS 1.3, certificate of "n1" for 127.0.0.1, signed by "test authority", valid from ` +
		time.Now().Add(-50*time.Hour).UTC().Format(time.DateOnly) + " until " + end.Format(time.DateOnly)
	if r := got[TLS]; r.Detail != want || !r.Expires.Equal(end) {
		t.Errorf("tls: %+v, want %s", r, want)
	}
	if r := got[Auth]; !strings.HasPrefix(r.Detail, "logged in to n1, round trip ") || r.Err != nil {
		t.Errorf("auth: %+v", r)
	}
	if r := got[Permission]; r.Detail != `user "" in account "$G"` || !r.Expires.IsZero() {
		t.Errorf("permission: %+v", r)
	}
}

// TestTheEndOfALoginIsReported has a user whose permission to stay ends.
func TestTheEndOfALoginIsReported(t *testing.T) {
	s := listen(t, `INFO {"server_id":"N","server_name":"n1","version":"2.12.0","proto":1,"max_payload":1024}`+"\r\n")
	if r := stages(t, s, nats.Timeout(300*time.Millisecond)); r[Auth].Err == nil || r[Greeting].Err != nil {
		t.Errorf("a server that greets and no more: %+v", r)
	}
	for words, want := range map[string]string{
		"nonsense":                 "not a NATS server",
		"INFO {\"server_id\":\r\n": "not a NATS server",
	} {
		r := stages(t, listen(t, words+"\r\n"))
		if r[Greeting].Err == nil || !strings.Contains(r[Greeting].Err.Error(), want) {
			t.Errorf("%q: %+v", words, r[Greeting])
		}
	}
}

func TestExplain(t *testing.T) {
	for want, err := range map[string]error{
		"":                                  errors.New("anything"),
		"is not trusted":                    x509.UnknownAuthorityError{},
		"not for a.example.net, only for b": x509.HostnameError{Host: "a.example.net", Certificate: &x509.Certificate{DNSNames: []string{"b"}}},
		"only for nothing":                  x509.HostnameError{Host: "::1", Certificate: &x509.Certificate{}},
		"outside of its time":               x509.CertificateInvalidError{Reason: x509.Expired},
		"the certificate is not valid: ":    x509.CertificateInvalidError{Reason: x509.TooManyIntermediates},
		"wants one":                         &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")},
	} {
		for _, err := range []error{err, fmt.Errorf("wrapped: %w", err)} {
			if got := Explain(err); !strings.Contains(got, want) || want == "" && got != "" {
				t.Errorf("%v: %q, want %q", err, got, want)
			}
		}
	}
	if got := describe([]*x509.Certificate{{}}); !strings.Contains(got, "certificate of nobody, signed by nobody") {
		t.Errorf("%q", got)
	}
}

// TestAddressOfAURL has the default port of each scheme.
func TestAddressOfAURL(t *testing.T) {
	for raw, want := range map[string]string{
		"nats://h": "h:4222", "tls://h": "h:4222", "ws://h": "h:80", "wss://h": "h:443", "wss://h:1": "h:1", "nats://[::1]": "[::1]:4222",
	} {
		u, err := url.Parse(raw)
		must(t, err)
		p := probe{u: u}
		if got := p.address(); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
		if p.encrypted() != (u.Scheme == "tls" || u.Scheme == "wss") || p.websocket() != strings.HasPrefix(u.Scheme, "ws") {
			t.Errorf("%s: encrypted %v, websocket %v", raw, p.encrypted(), p.websocket())
		}
	}
	if err := Run(t.Context(), "nats://u:s3cret%zz@h", nil, func(Result) { t.Error("a stage of no URL") }); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v", err)
	}
}
