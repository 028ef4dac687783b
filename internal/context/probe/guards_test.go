package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// probeOf is a probe of a URL whose server has closed the connection.
func probeOf(t *testing.T, raw string, o nats.Options) *probe {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := net.Pipe()
	if err := theirs.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ours.Close() })
	return &probe{u: u, opts: o, conn: ours, report: func(Result) {}}
}

// TestNoStageIsSkippedThatApplies skips the greeting only where TLS or a websocket comes
// first, and TLS only where neither the URL nor the server wants it.
func TestNoStageIsSkippedThatApplies(t *testing.T) {
	for _, tt := range []struct {
		url               string
		first, required   bool
		noGreeting, noTLS bool
	}{
		{"nats://h", false, false, false, true},
		{"nats://h", false, true, false, false},
		{"tls://h", false, false, false, false},
		{"tls://h", false, true, false, false},
		{"nats://h", true, false, true, false},
		{"ws://h", false, false, true, true},
		{"wss://h", false, false, true, false},
	} {
		p := probeOf(t, tt.url, nats.Options{TLSHandshakeFirst: tt.first, Secure: tt.first})
		p.info.TLSRequired = tt.required
		if _, err := p.greeting(t.Context()); errors.Is(err, errSkip) != tt.noGreeting || err == nil {
			t.Errorf("%+v: greeting %v", tt, err)
		}
		if _, err := p.tls(t.Context()); errors.Is(err, errSkip) != tt.noTLS || err == nil {
			t.Errorf("%+v: TLS %v", tt, err)
		}
	}
}

// TestTLSOfAProbeVerifies uses the name of the URL and the authorities and the
// certificate of the context, and fails when these cannot be read.
func TestTLSOfAProbeVerifies(t *testing.T) {
	roots, gone := x509.NewCertPool(), errors.New("gone")
	for name, tt := range map[string]struct {
		roots, cert error
		want        error
	}{"all": {}, "no authorities": {roots: gone, want: gone}, "no certificate": {cert: gone, want: gone}} {
		p := probeOf(t, "tls://h.example:1", nats.Options{
			RootCAsCB: func() (*x509.CertPool, error) { return roots, tt.roots },
			TLSCertCB: func() (tls.Certificate, error) { return tls.Certificate{Certificate: [][]byte{{7}}}, tt.cert },
		})
		conf, err := p.tlsConfig()
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (conf.ServerName != "h.example" || conf.RootCAs != roots || len(conf.Certificates) != 1 || conf.InsecureSkipVerify || conf.MinVersion != tls.VersionTLS12) {
			t.Errorf("%s: %+v", name, conf)
		}
	}
}

// TestTimeoutsAreNamed says how long was waited where a stage took all of its time,
// and what failed where it did not.
func TestTimeoutsAreNamed(t *testing.T) {
	broken := errors.New("broken")
	ended, end := context.WithCancel(t.Context())
	end()
	for name, tt := range map[string]struct {
		ctx     context.Context
		timeout time.Duration
		wait    bool
		fail    error
		want    string
	}{
		"at once":         {t.Context(), time.Hour, false, broken, "broken"},
		"in its time":     {t.Context(), time.Millisecond, true, broken, "no answer within 1ms"},
		"after its time":  {t.Context(), time.Millisecond, true, nil, ""},
		"the command end": {ended, time.Hour, true, broken, "broken"},
		"skipped":         {t.Context(), time.Hour, false, errSkip, "none"},
	} {
		got := "none"
		p := probeOf(t, "nats://h", nats.Options{Timeout: tt.timeout})
		p.report = func(r Result) {
			if got = ""; r.Err != nil {
				got = r.Err.Error()
			}
		}
		err := p.step(tt.ctx, TCP, func(ctx context.Context) (Result, error) {
			if tt.wait {
				<-ctx.Done()
			}
			return Result{}, tt.fail
		})
		if got != tt.want && !strings.HasPrefix(got, tt.want+":") || (err == nil) != (tt.fail == nil || errors.Is(tt.fail, errSkip)) {
			t.Errorf("%s: told %q, %v, want %q", name, got, err, tt.want)
		}
	}
}

// TestWhatGreets calls what closes at once silent, and what says something else
// no server.
func TestWhatGreets(t *testing.T) {
	for said, want := range map[string]string{"": "waiting for the server's greeting", "SSH-2.0\r\n": ErrNotNATS.Error(), "INFO": ErrNotNATS.Error(), "INFO {\r\n": ErrNotNATS.Error(), "INFO {}\r\n": ""} {
		p := probeOf(t, "nats://h", nats.Options{})
		ours, theirs := net.Pipe()
		go func() {
			_, _ = io.WriteString(theirs, said)
			_ = theirs.Close()
		}()
		if err := p.readInfo(ours); (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", said, err, want)
		}
	}
}
