package exporter

import (
	"bytes"
	"context"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
)

// textOf renders a snapshot.
func textOf(t testing.TB, snap *fleet.Snapshot, openMetrics bool, opts ...Option) string {
	t.Helper()
	e := exporterOf(t, snap, opts...)
	p := e.page(t.Context(), e.cfg.chosen)
	var b bytes.Buffer
	s := &table.TextSink{W: &b, OpenMetrics: openMetrics}
	e.cfg.render(p, s)
	s.Flush()
	return b.String()
}

// seriesOf parses text into one value for each series.
func seriesOf(t testing.TB, text string) map[string]float64 {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	mfs, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return flatten(t, slices.Collect(maps.Values(mfs)))
}

func flatten(t testing.TB, mfs []*dto.MetricFamily) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, mf := range mfs {
		for _, m := range mf.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			slices.Sort(labels)
			key := mf.GetName() + "{" + strings.Join(labels, ",") + "}"
			if _, twice := out[key]; twice {
				t.Errorf("twice: %s", key)
			}
			switch {
			case m.Counter != nil:
				out[key] = m.Counter.GetValue()
			case m.Gauge != nil:
				out[key] = m.Gauge.GetValue()
			case m.Untyped != nil:
				out[key] = m.Untyped.GetValue()
			}
		}
	}
	return out
}

// pick returns the values of a family whose labels hold all of these.
func pick(series map[string]float64, name string, labels ...string) []float64 {
	var out []float64
	for _, key := range slices.Sorted(maps.Keys(series)) {
		family, rest, _ := strings.Cut(strings.TrimSuffix(key, "}"), "{")
		have := strings.Split(rest, ",")
		if family == name && !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(have, l) }) {
			out = append(out, series[key])
		}
	}
	return out
}

func everything() Option { return WithCollectors(everyCollector()...) }

// The appender and client_golang say the same about the same snapshot, hostile
// names included.
func TestAppenderEqualsClientGolang(t *testing.T) {
	snap := sampleFleet()
	snap.Servers[0].Info.Host = "a\\b\"c\nd\xff\x00é"
	snap.Servers[1].Statsz.CPU = math.Inf(1)
	e := exporterOf(t, snap, everything(), WithExporterNames(""))
	e.own.counted = nil
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(e.Collector())
	mfs, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	want := flatten(t, mfs)
	text := textOf(t, snap, false, everything(), WithExporterNames(""))
	if diff := cmp.Diff(want, seriesOf(t, text)); diff != "" {
		t.Error(diff)
	}
	if len(want) < 800 {
		t.Errorf("only %d series", len(want))
	}
	checkTypes(t, mfs, text)
}

// checkTypes compares the TYPE and HELP lines.
func checkTypes(t *testing.T, mfs []*dto.MetricFamily, text string) {
	t.Helper()
	p := expfmt.NewTextParser(model.LegacyValidation)
	got, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, mf := range mfs {
		g := got[mf.GetName()]
		if g.GetType() != mf.GetType() || g.GetHelp() != mf.GetHelp() {
			t.Errorf("%s: %v %q, want %v %q", mf.GetName(), g.GetType(), g.GetHelp(), mf.GetType(), mf.GetHelp())
		}
	}
}

func TestNativeNamesAreClean(t *testing.T) {
	text := textOf(t, sampleFleet(), false, everything(), WithSurveyorNames(false))
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	own, err := exporterOf(t, sampleFleet()).own.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err = promlint.NewWithMetricFamilies(own).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "nats_") && !strings.HasPrefix(p.Metric, "nats_survey_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

// OpenMetrics forbids a family named like another without its suffix, and names
// counters by _total; nats-surveyor's counters keep their names by being of
// unknown type.
func TestOpenMetrics(t *testing.T) {
	text := textOf(t, sampleFleet(), true, everything(), WithExporterNames("nats"))
	families := map[string]string{}
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, typ, _ := strings.Cut(strings.TrimSpace(rest), " ")
			if _, twice := families[name]; twice {
				t.Errorf("family %s twice", name)
			}
			families[name] = typ
		}
	}
	if got := families["nats_core_sent_bytes"]; got != "unknown" {
		t.Errorf("nats_core_sent_bytes is %q", got)
	}
	if got := families["nats_server_sent_bytes"]; got != "counter" {
		t.Errorf("nats_server_sent_bytes is %q", got)
	}
	if !strings.Contains(text, "# UNIT nats_server_sent_bytes bytes\n") || !strings.Contains(text, "\nnats_server_sent_bytes_total{") || !strings.Contains(text, "\nnats_core_sent_bytes{") {
		t.Error("unit or sample lines are not as OpenMetrics wants them")
	}
}

func TestHandlerNegotiates(t *testing.T) {
	e := exporterOf(t, sampleFleet(), WithSurveyorNames(false))
	srv := httptest.NewServer(e.Routes())
	defer srv.Close()
	for _, tt := range []struct{ accept, want, end string }{
		{"", textType, ""},
		{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", openMetricsType, "# EOF\n"},
		{"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", textType, ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", tt.accept)
		resp, err := srv.Client().Do(req) // the client asks for gzip and unpacks it
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != tt.want || !resp.Uncompressed {
			t.Errorf("%q: %v %s %q compressed %v", tt.accept, err, resp.Status, resp.Header.Get("Content-Type"), resp.Uncompressed)
		}
		if !strings.HasSuffix(string(body), tt.end) || !strings.Contains(string(body), "go_goroutines") || !strings.Contains(string(body), "nats_exporter_build_info") {
			t.Errorf("%q: body ends %q", tt.accept, body[max(0, len(body)-40):])
		}
	}
	get(t, srv, "/metrics?collect[]=nonsense", http.StatusBadRequest, "no collector \"nonsense\"; there are accounts,")
	if got := get(t, srv, "/metrics?collect[]=servers", http.StatusOK, "nats_server_up"); strings.Contains(got, "nats_jetstream_stream") {
		t.Error("collect[]=servers brings streams")
	}
	get(t, srv, "/healthz", http.StatusOK, "ok")
	get(t, srv, "/readyz", http.StatusOK, "ready")
	get(t, srv, "/probe?context=x", http.StatusNotFound, "not enabled")
}

func get(t *testing.T, srv *httptest.Server, path string, code int, has string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, srv.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != code || !strings.Contains(string(body), has) {
		t.Errorf("%s: %v %s %.300s; want %d %q", path, err, resp.Status, body, code, has)
	}
	return string(body)
}
