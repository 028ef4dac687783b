package natsctx

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// TestTLSIsNotOlderThan12 offers TLS 1.1 at most, which even a client that
// skips the verification refuses.
func TestTLSIsNotOlderThan12(t *testing.T) {
	cert, key := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	for version, welcome := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true} {
		conf, err := server.GenTLSConfig(&server.TLSConfigOpts{CertFile: cert, KeyFile: key, Timeout: 5})
		must(t, err)
		conf.MinVersion, conf.MaxVersion = tls.VersionTLS10, version
		url := startServer(t, server.Options{TLS: true, TLSConfig: conf, TLSTimeout: 5})
		if _, err := dial(t, Overrides{Settings: Settings{URL: url, CA: cert}, Insecure: !welcome}, noEnv); (err == nil) != welcome {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

// TestPrivateKeyOfACertificateHasToBePrivate reads a key that others can read.
func TestPrivateKeyOfACertificateHasToBePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no mode bits")
	}
	cert, key := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	must(t, os.Chmod(key, 0o644))  //nolint:gosec // that is what is refused
	must(t, os.Chmod(cert, 0o644)) //nolint:gosec // a certificate is public
	set := Settings{URL: "tls://127.0.0.1:1", Cert: cert, Key: key}
	_, err := dial(t, Overrides{Settings: set}, noEnv)
	wantErr(t, err, ErrExposed, key)
	must(t, os.Chmod(key, 0o600))
	if _, err := dial(t, Overrides{Settings: set}, noEnv); errors.Is(err, ErrExposed) {
		t.Error(err)
	}
}

// TestWriteRemovesWhatAKilledWriterLeft writes beside a temporary file, which
// may hold the secrets of an earlier version, and beside one of another context.
func TestWriteRemovesWhatAKilledWriterLeft(t *testing.T) {
	s := newStore(t, "x", "xy")
	dir, base := filepath.Split(s.Path("x"))
	left, others := filepath.Join(dir, "."+base+".natsctl-123"), filepath.Join(dir, ".xy.json.natsctl-123")
	for _, path := range []string{left, others} {
		must(t, os.WriteFile(path, []byte(`{"password": "s3cret"}`), 0o600))
	}
	must(t, s.Update("x", func(c *Context) error { c.Description = "new"; return nil }))
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", left, err)
	}
	if _, err := os.Stat(others); err != nil {
		t.Errorf("a file of another context is gone: %v", err)
	}
}

// TestTimeoutHasToBePositive reads timeouts that no connection can keep.
func TestTimeoutHasToBePositive(t *testing.T) {
	s := newStore(t)
	for _, value := range []string{"0s", "-1s", "5"} {
		_, err := Resolve(s, Overrides{}, envOf("NATS_TIMEOUT", value))
		wantErr(t, err, ErrInvalid, value)
	}
	if got, err := Resolve(s, Overrides{IgnoreEnv: true}, envOf("NATS_TIMEOUT", "0s")); err != nil || got.Timeout != DefaultTimeout {
		t.Errorf("%v, %v", got, err)
	}
}

// TestTwoKindsInTheEnvironmentGiveWayToAFlag has an environment that names two
// kinds of credentials, which is an error unless the command line settles it.
func TestTwoKindsInTheEnvironmentGiveWayToAFlag(t *testing.T) {
	s, env := newStore(t), envOf("NATS_CREDS", "/a.creds", "NATS_NKEY", "/a.nk")
	_, err := Resolve(s, Overrides{}, env)
	wantErr(t, err, ErrInvalid, "2 kinds of credentials")
	got, err := Resolve(s, Overrides{Settings: Settings{User: "u", Password: "p"}}, env)
	must(t, err)
	if got.User != "u" || got.Creds != "" || got.NKey != "" {
		t.Errorf("%v", got.Settings)
	}
}
