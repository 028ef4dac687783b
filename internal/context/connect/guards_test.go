package connect

import (
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"
)

// TestOnlyNamedAddressesAreDialed finds the servers of the options as they are dialed,
// also behind one that cannot be read, and dials no other before the login.
func TestOnlyNamedAddressesAreDialed(t *testing.T) {
	o := nats.Options{Url: "NATS://A.example:1", Servers: []string{"b", "nats://%zz", "ws://c", "wss://d", " tls://E:7 ", "nats://u:p@f:8", "nats://[::1]:9"}}
	want := []string{"[::1]:9", "a.example:1", "b:4222", "c:80", "d:443", "e:7", "f:8"}
	if got := slices.Sorted(maps.Keys(addresses(o))); !slices.Equal(slices.DeleteFunc(got, func(a string) bool { return a == ":4222" }), want) {
		t.Errorf("%q, want %q", got, want)
	}
	inner := &recordedDials{}
	d := newDialer(t.Context(), inner, 0)
	d.named = addresses(o)
	for address, allowed := range map[string]bool{"b:4222": true, "B:4222": true, "b:4223": false, "x:4222": false, "c:4222": false} {
		inner.to = ""
		if _, err := d.Dial("tcp", address); errors.Is(err, errStranger) == allowed || (inner.to != "") != allowed {
			t.Errorf("%s: %v, dialed %q", address, err, inner.to)
		}
	}
	d.finish(true)
	if _, err := d.Dial("tcp", "x:4222"); errors.Is(err, errStranger) || inner.to != "x:4222" {
		t.Errorf("after the login: %v, dialed %q", err, inner.to)
	}
}

// recordedDials is a dialer that reaches nothing.
type recordedDials struct{ to string }

func (r *recordedDials) Dial(_, address string) (net.Conn, error) {
	r.to = address
	return nil, errors.New("nothing is reached")
}

// proxied is the error of a proxy.
type proxied struct{ error }

func (proxied) Proxied() bool { return true }

// TestTheCauseIsTold prefers what the last dial says only where nats.go says less.
func TestTheCauseIsTold(t *testing.T) {
	timeout, refused, login := errors.New("timeout"), fmt.Errorf("dial: %w", syscall.ECONNREFUSED), errors.New("Authorization Violation")
	proxy := proxied{errors.New("proxy")}
	for _, tt := range []struct{ err, failed, want error }{
		{nats.ErrNoServers, timeout, timeout},
		{nats.ErrNoServers, refused, nats.ErrNoServers},
		{nats.ErrNoServers, nil, nats.ErrNoServers},
		{login, timeout, login},
		{login, nil, login},
		{login, proxy, proxy},
	} {
		if got := cause(tt.err, tt.failed); !errors.Is(got, tt.want) {
			t.Errorf("%v after %v: %v, want %v", tt.err, tt.failed, got, tt.want)
		}
	}
	for _, tt := range []struct {
		found error
		want  string
	}{{nil, "EOF"}, {ErrHTTP, "h:1 is " + ErrHTTP.Error()}, {nats.ErrMaxConnectionsExceeded, "EOF"}} {
		e := &Error{Address: "h:1", Err: errors.New("EOF"), Found: tt.found}
		if e.Error() != tt.want || !errors.Is(e, e.Err) || tt.found != nil && !errors.Is(e, tt.found) {
			t.Errorf("%v: %q, want %q", tt.found, e.Error(), tt.want)
		}
	}
}

// TestIdentifyingVerifies uses the authorities and the name of the connection that
// failed, and no client certificate.
func TestIdentifyingVerifies(t *testing.T) {
	roots := x509.NewCertPool()
	for name, tt := range map[string]struct {
		give func() (*x509.CertPool, error)
		want *x509.CertPool
	}{
		"of a file":           {func() (*x509.CertPool, error) { return roots, nil }, roots},
		"that cannot be read": {func() (*x509.CertPool, error) { return roots, errors.New("gone") }, nil},
		"of the machine":      {nil, nil},
	} {
		conf := tlsConfig(nats.Options{RootCAsCB: tt.give}, "h.example:4222")
		if conf.RootCAs != tt.want || conf.ServerName != "h.example" || conf.InsecureSkipVerify || len(conf.Certificates) > 0 {
			t.Errorf("authorities %s: %+v", name, conf)
		}
	}
}
