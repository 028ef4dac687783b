package exporter

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/natsctl/natsctl/internal/fleet"
)

// served returns the page that a scraper gets, in the format that it accepts.
func served(t *testing.T, e *Exporter, accept string) string {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
	req.Header.Set("Accept", accept)
	rec := httptest.NewRecorder()
	e.Handler().ServeHTTP(rec, req)
	return rec.Body.String()
}

// labeled counts the series about the fleet that have the label and that do not.
func labeled(page, label string) (with, without int) {
	for line := range strings.Lines(page) {
		switch {
		case strings.HasPrefix(line, "#"), strings.HasPrefix(line, "go_"), strings.HasPrefix(line, "process_"), strings.HasPrefix(line, "nats_exporter_build_info"):
		case strings.Contains(line, label+",") || strings.Contains(line, label+"}"):
			with++
		default:
			without++
		}
	}
	return with, without
}

// Every series about the fleet has the label fleet, in each format and through a
// registry, and none has it without a name.
func TestFleetLabel(t *testing.T) {
	named := func(opts ...Option) *Exporter {
		e := exporterOf(t, sampleFleet(), append(opts, everything(), WithExporterNames(""))...)
		e.own.event(fleet.Event{Kind: fleet.EventAuthError, Server: "east-1"})
		e.own.gather() // the first page after an event shows zero
		return e
	}
	for what, accept := range map[string]string{"text": "", "OpenMetrics": "application/openmetrics-text"} {
		if with, without := labeled(served(t, named(WithFleet("prod")), accept), `fleet="prod"`); without > 0 || with < 800 {
			t.Errorf("%s: %d with the label, %d without", what, with, without)
		}
		if page := served(t, named(), accept); strings.Contains(page, "fleet=") {
			t.Errorf("%s without a name has the label", what)
		}
	}
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(named(WithFleet("prod")).Collector())
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, mf := range families {
		for _, m := range mf.GetMetric() {
			if !strings.Contains(m.String(), `name:"fleet"`) {
				t.Fatalf("%s has a series without the label: %s", mf.GetName(), m)
			}
		}
	}
	report, err := named(WithFleet("prod")).Report(t.Context())
	bare, err2 := named().Report(t.Context())
	if err != nil || err2 != nil || report.Series != bare.Series || report.Bytes < bare.Bytes+report.Series*len(`fleet="prod"`) || len(report.Problems) > 0 {
		t.Errorf("%d bytes of %d series, %d of %d without the label: %v %v %v", report.Bytes, report.Series, bare.Bytes, bare.Series, report.Problems, err, err2)
	}
}

// A page of a probe has the name of its context, not of the exporter's own fleet.
func TestFleetLabelOfAProbe(t *testing.T) {
	e := exporterOf(t, sampleFleet(), WithFleet("own"), WithResolver(refuse))
	rec := httptest.NewRecorder()
	e.Routes().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/probe?context=other", nil))
	if page := rec.Body.String(); !strings.Contains(page, `nats_exporter_up{fleet="other"} 0`) || strings.Contains(page, `"own"`) {
		t.Errorf("%.300s", page)
	}
}

func refuse(context.Context, string) (*nats.Conn, error) { return nil, nats.ErrNoServers }
