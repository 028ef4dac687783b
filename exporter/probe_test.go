package exporter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// nodeID is a server id as servers make them.
const nodeID = "NXQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ"

// oneNode is a fleet of a server that answers over a stub.
func oneNode(t *testing.T) *stub.Fleet {
	t.Helper()
	info := server.ServerInfo{ID: nodeID, Name: "n1", Version: "2.15.2", Time: noon}
	return stub.Start(t, &stub.Node{Info: info, Data: map[string]any{"STATSZ": server.ServerStats{ActiveServers: 1, Mem: 77}, "VARZ": server.Varz{ID: nodeID}, "JSZ": server.JSInfo{Disabled: true}}})
}

// probePage asks /probe and returns the status, the page, and the connections
// that were made for it.
func probePage(t *testing.T, resolve Resolver, query string) (int, string) {
	t.Helper()
	var opts []Option
	if resolve != nil {
		opts = append(opts, WithResolver(resolve))
	}
	e := exporterOf(t, sampleFleet(), opts...)
	rec := httptest.NewRecorder()
	e.Routes().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/probe?"+query, nil))
	return rec.Code, rec.Body.String()
}

// A probe that cannot be is refused before anything is connected, and never
// answered with the exporter's own fleet.
func TestProbeRefusals(t *testing.T) {
	for _, tt := range []struct {
		what, query string
		err         error // of the resolver; nil: it must not be called
		enabled     bool
		code        int
		words       string
	}{
		{"not enabled", "context=x", nil, false, http.StatusNotFound, "probing is not enabled"},
		{"no name", "", nil, true, http.StatusBadRequest, "the parameter context is missing"},
		{"empty name", "context=", nil, true, http.StatusBadRequest, "the parameter context is missing"},
		{"unknown collector", "context=x&collect[]=nonsense", nil, true, http.StatusBadRequest, "nonsense"},
		{"unknown context", "context=x", fmt.Errorf("%w: x", ErrNoContext), true, http.StatusNotFound, "no such context: x"},
		{"cannot connect", "context=x", nats.ErrNoServers, true, http.StatusOK, `nats_exporter_failed{fleet="x",reason="other"} 1`},
		{"in time", "context=x", context.DeadlineExceeded, true, http.StatusOK, `nats_exporter_failed{fleet="x",reason="timeout"} 1`},
	} {
		t.Run(tt.what, func(t *testing.T) {
			var resolve Resolver
			if tt.enabled {
				resolve = func(_ context.Context, name string) (*nats.Conn, error) {
					if tt.err == nil || name != "x" {
						t.Errorf("connected for %q", name)
						return nil, errors.New("not expected")
					}
					return nil, tt.err
				}
			}
			code, page := probePage(t, resolve, tt.query)
			if code != tt.code || !strings.Contains(page, tt.words) {
				t.Errorf("%d %.300s, want %d %q", code, page, tt.code, tt.words)
			}
			if strings.Contains(page, "east-1") || strings.Contains(page, "\nnats_exporter_up{fleet=\"x\"} 1\n") {
				t.Errorf("the page is of another fleet: %.300s", page)
			}
		})
	}
}

// A probe shows the fleet behind its context, with the collectors that it asks
// for, and closes its connection.
func TestProbeOfAFleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made *nats.Conn
		f := oneNode(t)
		resolve := func(context.Context, string) (*nats.Conn, error) {
			made = f.Connect(t)
			return made, nil
		}
		code, page := probePage(t, resolve, "context=x&collect[]=servers")
		if code != http.StatusOK || !strings.Contains(page, `nats_server_memory_bytes{fleet="x",server_id="`+nodeID+`",server_name="n1",cluster=""} 77`) || !strings.Contains(page, `nats_exporter_up{fleet="x"} 1`) {
			t.Errorf("%d %.500s", code, page)
		}
		if strings.Contains(page, "east-1") {
			t.Error("the page shows the exporter's own fleet")
		}
		if strings.Contains(page, "nats_jetstream_enabled") {
			t.Error("a collector that was not asked for")
		}
		if !made.IsClosed() {
			t.Error("the connection is left open")
		}
	})
}

// A server that hangs ends the probe with its deadline, and leaves no
// connection behind.
func TestProbeOfASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made *nats.Conn
		f := oneNode(t)
		resolve := func(context.Context, string) (*nats.Conn, error) {
			made = f.Connect(t)
			f.Silence(true)
			return made, nil
		}
		begin := time.Now()
		code, page := probePage(t, resolve, "context=x")
		if code != http.StatusOK || !strings.Contains(page, `nats_exporter_up{fleet="x"} 0`) {
			t.Errorf("%d %.500s", code, page)
		}
		if took := time.Since(begin); took > 8*time.Second+gracePeriod {
			t.Errorf("took %v of 8 s", took)
		}
		if !made.IsClosed() {
			t.Error("the connection is left open")
		}
	})
}

// The page of a probe is of its fleet alone: nothing of the exporter's own
// connection, process and counts stands in it, whether the fleet answers or not.
func TestProbeIsOfItsFleetAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := oneNode(t)
		for what, resolve := range map[string]Resolver{
			"answers":     func(context.Context, string) (*nats.Conn, error) { return f.Connect(t), nil },
			"unreachable": func(context.Context, string) (*nats.Conn, error) { return nil, nats.ErrNoServers },
		} {
			_, page := probePage(t, resolve, "context=x")
			for _, own := range []string{"nats_exporter_connected", "nats_exporter_reconnects", "process_", "go_", "nats_exporter_build_info", "nats_events_", "nats_exporter_failures_total"} {
				if strings.Contains(page, "\n"+own) {
					t.Errorf("%s: the page has %s", what, own)
				}
			}
			if !strings.Contains(page, "\nnats_exporter_up{fleet=\"x\"} ") {
				t.Errorf("%s: the page does not say whether the fleet could be asked", what)
			}
		}
	})
}

// A probe ends when its scraper has gone.
func TestProbeEndsWithItsScraper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone, leave := context.WithCancel(t.Context())
		ended := make(chan struct{})
		e := exporterOf(t, sampleFleet(), WithResolver(func(ctx context.Context, _ string) (*nats.Conn, error) {
			leave()
			<-ctx.Done()
			close(ended)
			return nil, ctx.Err()
		}))
		begin := time.Now()
		e.Routes().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/probe?context=x", nil))
		if <-ended; time.Since(begin) > 0 {
			t.Errorf("it went on for %v", time.Since(begin))
		}
	})
}

// Connecting may take as long as it wants: the probe ends with its deadline.
func TestProbeOfAServerThatIsDialled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		_, page := probePage(t, func(context.Context, string) (*nats.Conn, error) {
			<-time.After(time.Hour)
			return nil, nats.ErrNoServers
		}, "context=x")
		if took := time.Since(begin); took > 8*time.Second+gracePeriod {
			t.Errorf("took %v of 8 s", took)
		}
		if !strings.Contains(page, `nats_exporter_failed{fleet="x",reason="timeout"} 1`) {
			t.Errorf("%.300s", page)
		}
		<-time.After(time.Hour)
	})
}

// A page in OpenMetrics ends with its mark, also that of a probe.
func TestProbeInOpenMetrics(t *testing.T) {
	e := exporterOf(t, sampleFleet(), WithResolver(func(context.Context, string) (*nats.Conn, error) { return nil, nats.ErrNoServers }))
	for _, path := range []string{"/probe?context=x", "/metrics"} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		req.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
		rec := httptest.NewRecorder()
		e.Routes().ServeHTTP(rec, req)
		if body := rec.Body.String(); !strings.HasSuffix(body, "\n# EOF\n") || strings.Count(body, "# EOF") != 1 {
			t.Errorf("%s ends with %q", path, body[max(0, len(body)-40):])
		}
	}
}
