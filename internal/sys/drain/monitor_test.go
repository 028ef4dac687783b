package drain

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// TestMonitorURLs: where a monitoring port may be reached.
func TestMonitorURLs(t *testing.T) {
	for _, tc := range []struct {
		name string
		host string // of the server itself
		v    *server.Varz
		want []string
	}{
		{"not known", "10.0.0.1", nil, nil},
		{"no port", "10.0.0.1", &server.Varz{HTTPHost: "10.0.0.2"}, nil},
		{"one host three times", "10.0.0.1", &server.Varz{HTTPHost: "10.0.0.1", IP: "10.0.0.1", HTTPPort: 8222}, []string{"http://10.0.0.1:8222"}},
		{"its own host first", "10.0.0.1", &server.Varz{HTTPHost: "10.0.0.2", IP: "10.0.0.3", HTTPPort: 8222}, []string{"http://10.0.0.2:8222", "http://10.0.0.1:8222", "http://10.0.0.3:8222"}},
		{"any address is none", "0.0.0.0", &server.Varz{HTTPHost: "::", IP: "10.0.0.3", HTTPPort: 8222}, []string{"http://10.0.0.3:8222"}},
		{"both ports", "n1.example", &server.Varz{HTTPPort: 8222, HTTPSPort: 8223, HTTPBasePath: "/nats"}, []string{"http://n1.example:8222/nats", "https://n1.example:8223/nats"}},
		{"IPv6", "", &server.Varz{HTTPHost: "fd00::1", HTTPSPort: 8223}, []string{"https://[fd00::1]:8223"}},
	} {
		if got := monitorURLs(server.ServerInfo{Host: tc.host}, tc.v); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestMonitorPort believes only an answer with the id of the server: another one may
// have its port by now.
func TestMonitorPort(t *testing.T) {
	serve := func(body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.String() == "/connz?limit=1" && len(r.Header.Values("Authorization")) == 0 {
				_, _ = io.WriteString(w, body)
			}
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	const right, wrong = `{"server_id":"N2","total":7}`, `{"server_id":"N3","total":9}`
	for _, tc := range []struct {
		name   string
		bodies []string
		want   string
	}{
		{"nowhere", nil, "0 false"},
		{"the server", []string{right}, "7 true"},
		{"another server", []string{wrong}, "0 false"},
		{"another server first", []string{wrong, right}, "7 true"},
		{"its own first", []string{right, wrong}, "7 true"},
		{"no id", []string{`{"total":9}`}, "0 false"},
		{"no JSON", []string{`<html>`}, "0 false"},
		{"cut off", []string{right[:len(right)-1]}, "0 false"},
		{"without end", []string{strings.Repeat(" ", maxConnz) + right}, "0 false"},
	} {
		var urls []string
		for _, body := range tc.bodies {
			urls = append(urls, serve(body))
		}
		m := newMonitorPort("N2", urls)
		for range 2 { // the second time at the one that answered
			if n, ok := m.connections(t.Context()); fmt.Sprint(n, ok) != tc.want {
				t.Errorf("%s: %d %v, want %s", tc.name, n, ok, tc.want)
			}
		}
		m.close()
	}
}

// TestMonitorPortThatHangs delays the watch by no more than said, and is reached without a proxy, which would learn of it.
func TestMonitorPortThatHangs(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	m := newMonitorPort("N2", []string{s.URL})
	defer m.close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, ok := m.connections(ctx); ok || ctx.Err() != nil {
		t.Errorf("it answers %v, or is waited for without end: %v", ok, ctx.Err())
	}
	if transport, ok := m.http.Transport.(*http.Transport); !ok || transport.Proxy != nil {
		t.Errorf("it is asked through %T with a proxy", m.http.Transport)
	}
}

// TestMonitorPortThatEnds is not asked elsewhere: what answered once stays the port
// of this server.
func TestMonitorPortThatEnds(t *testing.T) {
	var asked []string
	serve := func(name, id string) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked = append(asked, name)
			fmt.Fprintf(w, `{"server_id":%q,"total":7}`, id)
		}))
	}
	first, second := serve("first", "N2"), serve("second", "N2")
	defer second.Close()
	m := newMonitorPort("N2", []string{first.URL, second.URL})
	defer m.close()
	if _, ok := m.connections(t.Context()); !ok {
		t.Error("it does not answer")
	}
	first.Close()
	if n, ok := m.connections(t.Context()); ok || n != 0 || !slices.Equal(asked, []string{"first"}) {
		t.Errorf("%d, %v, asked %v", n, ok, asked)
	}
}
