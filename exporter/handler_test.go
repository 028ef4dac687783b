package exporter

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// The fleet has the scrape's own time, less what rendering needs; what is no
// time is the exporter's own.
func TestBudget(t *testing.T) {
	for _, tt := range []struct {
		header     string
		lastRender time.Duration
		want       time.Duration
	}{
		{"", 0, 8 * time.Second},
		{"garbage", 0, 8 * time.Second},
		{"0", 0, 8 * time.Second},
		{"-1", 0, 8 * time.Second},
		{"NaN", 0, 8 * time.Second},
		{"3601", 0, 8 * time.Second},
		{"3600", 0, 3600*time.Second - margin},
		{"10", 0, 10*time.Second - margin},
		{"10", 2 * time.Second, 10*time.Second - margin - 3*time.Second},
		{"10", time.Minute, 5 * time.Second}, // never less than half
		{"0.2", 0, 100 * time.Millisecond},
	} {
		e := exporterOf(t, sampleFleet())
		e.own.lastRender.Store(int64(tt.lastRender))
		h := http.Header{}
		if tt.header != "" {
			h.Set("X-Prometheus-Scrape-Timeout-Seconds", tt.header)
		}
		if got := e.budget(h); got != tt.want {
			t.Errorf("%q after %v: %v, want %v", tt.header, tt.lastRender, got, tt.want)
		}
	}
}

func TestGzipped(t *testing.T) {
	for accept, want := range map[string]bool{
		"": false, "gzip": true, "deflate, gzip": true, " gzip ;q=0.5": true, "gzip;q=0": false, "gzip; q=0": false, "gzipped": false, "identity": false, "br,gzip;q=0": false,
	} {
		if got := gzipped(http.Header{"Accept-Encoding": {accept}}); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
}

// A failure of the fleet is a page all the same, that says so with its reason,
// counts it, and has nothing of the fleet.
func TestPageOfAFailure(t *testing.T) {
	for _, tt := range []struct {
		err  error
		word string
	}{
		{sys.ErrNotSystem, "not_system_account"},
		{sys.ErrPermission, "permission"},
		{sys.ErrSilent, "silent"},
		{sys.ErrDisconnected, "disconnected"},
		{ErrNotConnected, "disconnected"},
		{nats.ErrConnectionClosed, "disconnected"},
		{context.DeadlineExceeded, "timeout"},
		{context.Canceled, "timeout"},
		{errors.New("broken"), "other"},
	} {
		t.Run(tt.word, func(t *testing.T) {
			e := exporterOf(t, nil)
			e.src = sourceFunc(func(context.Context, fleet.Want) (*fleet.Snapshot, error) { return nil, tt.err })
			series := seriesOf(t, scrapeText(t, e))
			for key, want := range map[string]float64{
				"nats_exporter_up{}": 0, "nats_up{}": 0, "nats_exporter_failed{reason=" + tt.word + "}": 1, "nats_exporter_failures_total{reason=" + tt.word + "}": 1,
			} {
				if got, ok := series[key]; !ok || got != want {
					t.Errorf("%s: %v %v", key, got, ok)
				}
			}
			for key := range series {
				if strings.HasPrefix(key, "nats_server") || strings.HasPrefix(key, "nats_exporter_snapshot_age") || strings.HasPrefix(key, "nats_exporter_collector_") {
					t.Errorf("nobody answered, and yet %s", key)
				}
			}
		})
	}
}

// A page of a fleet that answers says that it does.
func TestPageOfAFleet(t *testing.T) {
	e := exporterOf(t, sampleFleet())
	e.cfg.now = func() time.Time { return noon.Add(7 * time.Second) }
	series := seriesOf(t, scrapeText(t, e))
	for key, want := range map[string]float64{
		"nats_exporter_up{}": 1, "nats_up{}": 1, "nats_exporter_snapshot_age_seconds{}": 7,
		"nats_servers_expected{}": 5, "nats_servers_answered{}": 4, "nats_servers_missing{}": 1, "nats_servers_forgotten{}": 0,
		"nats_snapshot_duration_seconds{}": .012, "nats_snapshot_timestamp_seconds{}": float64(noon.Unix()),
		"nats_survey_surveyed_count{}": 4, "nats_survey_expected_count{}": 5,
		"nats_exporter_missing_servers_total{reason=silent}": 1, "nats_exporter_missing_answers_total{kind=LEAFZ,reason=late}": 1,
		"nats_exporter_duplicate_answers_total{kind=STATSZ}": 1,
		"nats_exporter_collector_success{collector=leafs}":   0, "nats_exporter_collector_success{collector=routes}": 1,
		"nats_exporter_collector_answers{collector=leafs}": 3, "nats_exporter_collector_duration_seconds{collector=leafs}": .011,
		"nats_exporter_collector_duplicates{collector=servers}": 1, "nats_exporter_collector_duplicates{collector=leafs}": 0,
		"nats_exporter_series_dropped{}": 0,
		"nats_server_missing{cluster=west,reason=silent,server_id=NW1,server_name=west-1,via=}":       1,
		"nats_server_missing_links{cluster=west,reason=silent,server_id=NW1,server_name=west-1,via=}": 2,
	} {
		if got, ok := series[key]; !ok || got != want {
			t.Errorf("%s: %v %v, want %v", key, got, ok, want)
		}
	}
	for _, key := range []string{"nats_exporter_failed", "nats_exporter_failures_total"} {
		if got := pick(series, key); len(got) > 0 {
			t.Errorf("%s: %v", key, got)
		}
	}
}

// A snapshot of the future is no older than now.
func TestAgeIsNotNegative(t *testing.T) {
	e := exporterOf(t, sampleFleet())
	e.cfg.now = func() time.Time { return noon.Add(-time.Minute) }
	if got := pick(seriesOf(t, scrapeText(t, e)), "nats_exporter_snapshot_age_seconds"); len(got) != 1 || got[0] != 0 {
		t.Errorf("%v", got)
	}
}

// Nothing is written for a scraper that has gone away.
func TestScraperIsGone(t *testing.T) {
	e := exporterOf(t, sampleFleet())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rec := httptest.NewRecorder()
	e.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(ctx, "GET", "/metrics", nil))
	if rec.Body.Len() > 0 {
		t.Errorf("%d bytes", rec.Body.Len())
	}
}

// A page holds the collectors that were asked for; an unknown one among them is
// refused before the fleet is asked.
func TestCollectParameter(t *testing.T) {
	asked := 0
	e := exporterOf(t, nil)
	e.src = sourceFunc(func(_ context.Context, w fleet.Want) (*fleet.Snapshot, error) {
		asked++
		return sampleFleet(), nil
	})
	get := func(query string) (int, string) {
		rec := httptest.NewRecorder()
		e.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics?"+query, nil))
		return rec.Code, rec.Body.String()
	}
	if code, text := get("collect[]=servers&collect[]=nonsense"); code != http.StatusBadRequest || !strings.Contains(text, "nonsense") || asked != 0 {
		t.Errorf("%d after %d rounds: %.200s", code, asked, text)
	}
	code, text := get("collect[]=routes&collect[]=leafs")
	if code != http.StatusOK || !strings.Contains(text, "\nnats_route_") || !strings.Contains(text, "\nnats_leaf_") || strings.Contains(text, "\nnats_gateway_") || strings.Contains(text, "\nnats_server_memory") {
		t.Errorf("%d: %.300s", code, text)
	}
}

// Readiness is that the fleet can be queried, which is tried.
func TestReady(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		what  string
		ready error
		ask   error
		code  int
		words string
	}{
		{"ready", nil, nil, http.StatusOK, "ready"},
		{"not connected", ErrNotConnected, nil, http.StatusServiceUnavailable, "not ready: not connected to NATS"},
		{"not answered", nil, broken, http.StatusServiceUnavailable, "not ready: broken"},
	} {
		for _, path := range []string{"/readyz", "/-/ready"} {
			e := exporterOf(t, nil)
			e.ready = func() error { return tt.ready }
			e.src = sourceFunc(func(context.Context, fleet.Want) (*fleet.Snapshot, error) { return sampleFleet(), tt.ask })
			rec := httptest.NewRecorder()
			e.Routes().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
			if rec.Code != tt.code || strings.TrimSpace(rec.Body.String()) != tt.words || rec.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s %s: %d %s", tt.what, path, rec.Code, rec.Body)
			}
			rec = httptest.NewRecorder()
			e.Routes().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil))
			if rec.Code != http.StatusOK {
				t.Errorf("%s: the process is running: %d", tt.what, rec.Code)
			}
		}
	}
}

// Closing twice stops once.
func TestCloseIsOnce(t *testing.T) {
	e := exporterOf(t, sampleFleet())
	n := 0
	e.stop = append(e.stop, func() { n++ })
	e.Close()
	e.Close()
	if n != 1 {
		t.Errorf("stopped %d times", n)
	}
}
