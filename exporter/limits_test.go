package exporter

import (
	"context"
	"iter"
	"maps"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
)

type ctxType = context.Context

// mustGather returns what is counted, also of series that no page has shown.
func mustGather(t *testing.T, e *Exporter) []*dto.MetricFamily {
	t.Helper()
	e.own.gather()
	return e.own.gather()
}

// scrapeText is one GET /metrics.
func scrapeText(t *testing.T, e *Exporter) string {
	t.Helper()
	rec := httptest.NewRecorder()
	e.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	return rec.Body.String()
}

func TestMaxSeries(t *testing.T) {
	e := exporterOf(t, sampleFleet(), WithMaxSeries(100))
	series := seriesOf(t, scrapeText(t, e))
	if got := pick(series, "nats_exporter_series"); len(got) != 1 || got[0] != 100 {
		t.Errorf("series: %v", got)
	}
	dropped := pick(series, "nats_exporter_series_dropped")
	total := pick(series, "nats_exporter_series_dropped_total")
	if len(dropped) != 1 || dropped[0] == 0 || len(total) != 1 || total[0] != dropped[0] {
		t.Errorf("dropped %v, in all %v", dropped, total)
	}
	if got := pick(series, "nats_server_up"); len(got) != 5 {
		t.Errorf("the limit takes the first series: %v", got)
	}
}

func TestTop(t *testing.T) {
	snap := sampleFleet()
	acc := snap.Servers[0].Jsz.AccountDetails[0]
	for _, name := range []string{"S1", "S2", "S3"} {
		acc.Streams = append(acc.Streams, sampleStream(name, "east-1", 2, nil))
	}
	series := seriesOf(t, textOf(t, snap, false, WithTop(2)))
	if got := pick(series, "nats_jetstream_stream_messages", "server_name=east-1"); len(got) != 3 || sum(got) != 506 {
		t.Errorf("%v", got)
	}
	if got := pick(series, "nats_jetstream_stream_folded", "stream="+scrape.NameOther, "server_name=east-1"); len(got) != 1 || got[0] != 2 {
		t.Errorf("%v", got)
	}
	if got := pick(series, "nats_jetstream_stream_last_sequence", "stream="+scrape.NameOther); len(got) != 0 {
		t.Errorf("sequences cannot be summed: %v", got)
	}
}

func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		opt  Option
		gone string
	}{
		{WithStreams("", "COPY|LOST"), `stream="COPY"`},
		{WithStreams("ORD.*", ""), `stream="COPY"`},
		{WithAccounts("", "APP"), `account="AAPP"`},
		{WithConsumers("none", ""), `consumer="worker"`},
	} {
		if text := textOf(t, sampleFleet(), false, tt.opt); strings.Contains(text, tt.gone) {
			t.Errorf("%s is still there", tt.gone)
		}
	}
	if _, err := newConfig([]Option{WithStreams("(", "")}); err == nil {
		t.Error("a broken pattern is taken")
	}
	if _, err := newConfig([]Option{WithCollectors("nope")}); err == nil {
		t.Error("an unknown collector is taken")
	}
}

func keysOf(series map[string]float64) iter.Seq[string] { return maps.Keys(series) }

func isEvent(key string) bool {
	return strings.HasPrefix(key, "nats_events_") || strings.HasPrefix(key, "nats_exporter_event_")
}

func replaced(key, account string) string { return strings.ReplaceAll(key, "%", account) }

func itoa(n int) string { return strconv.Itoa(n) }

func gatherAll(t *testing.T, m *latencyMetrics) []*dto.MetricFamily {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(m.all()...)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	return families
}
