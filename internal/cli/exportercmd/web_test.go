package exportercmd

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/natsctl/natsctl/exporter"
)

// The password "secret" by htpasswd, whose hashes begin with $2y$.
const secretHash = `$2y$04$qLaju5bGJt3aJlSqyk2B.OE.h22T.iJZGb6Q5DEX4sjt8LsrCyivq`

// lockedBuffer is a log that a test reads while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// listenWith serves an exporter without NATS under a web configuration and
// returns its address.
func listenWith(t *testing.T, config string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "web.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect("nats://127.0.0.1:1", reconnectForever...)
	if err != nil {
		t.Fatal(err)
	}
	exp, err := exporter.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := exporterPages(exp)
	if err != nil {
		t.Fatal(err)
	}
	log, ctx := &lockedBuffer{}, context.Background()
	ctx, cancel := context.WithCancel(ctx)
	listen, socket := []string{"127.0.0.1:0"}, false
	c := &exporterServeCommand{web: &web.FlagConfig{WebListenAddresses: &listen, WebSystemdSocket: &socket, WebConfigFile: &file}}
	done := make(chan error, 1)
	go func() { done <- c.listen(ctx, pages, slog.New(slog.NewTextHandler(log, nil))) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		exp.Close()
		nc.Close()
	})
	address := regexp.MustCompile(`msg="Listening on" address=(\S+)`)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if m := address.FindStringSubmatch(log.String()); m != nil {
			return m[1]
		}
		select {
		case err := <-done:
			t.Fatalf("%v\n%s", err, log)
		case <-tick.C:
		}
	}
}

// The hashes that htpasswd writes work, and are not passwords themselves: both
// other exporters have it the other way round.
func TestExporterPassword(t *testing.T) {
	address := listenWith(t, fmt.Sprintf("basic_auth_users: {prometheus: '%s'}\n", secretHash))
	for password, want := range map[string]int{"secret": http.StatusOK, secretHash: http.StatusUnauthorized, "": http.StatusUnauthorized} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		if password != "" {
			req.SetBasicAuth("prometheus", password)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("password %q: %s", password, resp.Status)
		}
		if want == http.StatusUnauthorized && resp.Header.Get("WWW-Authenticate") == "" {
			t.Error("no WWW-Authenticate")
		}
	}
}

// Client certificates that are asked for are needed: in both other exporters
// they are not.
func TestExporterClientCertificates(t *testing.T) {
	dir := t.TempDir()
	cert, pool := selfSigned(t, dir)
	address := listenWith(t, fmt.Sprintf("tls_server_config: {cert_file: %[1]q, key_file: %[2]q, client_ca_file: %[1]q, client_auth_type: RequireAndVerifyClientCert}\n",
		filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")))
	for _, tt := range []struct {
		certs []tls.Certificate
		ok    bool
	}{{nil, false}, {[]tls.Certificate{cert}, true}} {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: tt.certs, MinVersion: tls.VersionTLS12}}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if (err == nil) != tt.ok {
			t.Errorf("with %d certificates: %v", len(tt.certs), err)
		}
		if err == nil {
			resp.Body.Close()
		}
		client.CloseIdleConnections()
	}
}

// selfSigned makes a certificate for 127.0.0.1 that is its own authority.
func selfSigned(t *testing.T, dir string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	for name, body := range map[string][]byte{"cert.pem": certPEM, "key.pem": keyPEM} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return cert, pool
}
