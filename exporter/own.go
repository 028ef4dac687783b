package exporter

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	gocollectors "github.com/prometheus/client_golang/prometheus/collectors"
	dto "github.com/prometheus/client_model/go"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
)

// ownMetrics are the metrics kept over time in a client_golang registry: about
// the exporter itself, its responses, and events.
type ownMetrics struct {
	registry   *prometheus.Registry
	labels     prometheus.Labels      // of every series about the fleet
	counted    []prometheus.Collector // all except the process and build metrics
	failures   *prometheus.CounterVec
	dropped    prometheus.Counter
	missing    *prometheus.CounterVec
	late       *prometheus.CounterVec
	duplicate  *prometheus.CounterVec
	duration   prometheus.Histogram
	rendering  prometheus.Histogram
	lastRender atomic.Int64 // nanoseconds
	events     eventMetrics
	now        func() time.Time
	departed   departures
	survey     prometheus.Summary // nil if nats-surveyor's names are disabled
	latency    *latencyMetrics    // nil unless an account is watched
	account    *accountMetrics    // likewise
}

// buckets range from a fraction of a millisecond on one host to seconds on a
// fleet of thousands.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func newOwnMetrics(cfg *config) *ownMetrics {
	o := &ownMetrics{
		now:       func() time.Time { return cfg.now() },
		registry:  prometheus.NewRegistry(),
		failures:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nats_exporter_failures_total", Help: "Scrapes without a snapshot, by reason."}, []string{"reason"}),
		dropped:   prometheus.NewCounter(prometheus.CounterOpts{Name: "nats_exporter_series_dropped_total", Help: "Series left out because of the limit."}),
		missing:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nats_exporter_missing_servers_total", Help: "Servers that should have answered a snapshot and did not, by reason."}, []string{"reason"}),
		late:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nats_exporter_missing_answers_total", Help: "Answers missing from a snapshot although their server answered other requests, by kind of request and reason."}, []string{"kind", "reason"}),
		duplicate: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "nats_exporter_duplicate_answers_total", Help: "Duplicate answers, which were dropped, by kind of request."}, []string{"kind"}),
		duration:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "nats_exporter_snapshot_duration_seconds", Help: "How long the fleet took to answer.", Buckets: buckets}),
		rendering: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "nats_exporter_rendering_duration_seconds", Help: "How long the exposition took to write and send.", Buckets: buckets}),
	}
	if cfg.fleet != "" {
		o.labels = prometheus.Labels{table.FleetLabel: table.Clean(cfg.fleet)}
	}
	o.add(o.failures, o.dropped, o.missing, o.late, o.duplicate, o.duration, o.rendering)
	o.add(o.events.make(cfg)...)
	if cfg.surveyor {
		o.survey = prometheus.NewSummary(prometheus.SummaryOpts{Name: "nats_survey_duration_seconds", Help: "How long the fleet took to answer."})
		o.add(o.survey)
	}
	o.registry.MustRegister(gocollectors.NewGoCollector(), gocollectors.NewProcessCollector(gocollectors.ProcessCollectorOpts{}), buildInfo(cfg.version))
	return o
}

// add registers metrics about the fleet, with the labels of every series.
func (o *ownMetrics) add(list ...prometheus.Collector) {
	for _, c := range list {
		if o.labels != nil {
			c = prometheus.WrapCollectorWith(o.labels, c)
		}
		o.counted = append(o.counted, c)
		o.registry.MustRegister(c)
	}
}

// buildInfo returns the metric with the exporter's version.
func buildInfo(version string) prometheus.Collector {
	labels := prometheus.Labels{"version": version, "goversion": runtime.Version(), "goos": runtime.GOOS, "goarch": runtime.GOARCH}
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "nats_exporter_build_info", Help: "Always 1: the version of the exporter and of Go.", ConstLabels: labels}, func() float64 { return 1 })
}

// observeDuration records how long the fleet took to respond.
func (o *ownMetrics) observeDuration(seconds float64) {
	o.duration.Observe(seconds)
	if o.survey != nil {
		o.survey.Observe(seconds)
	}
}

// count records what is missing from a snapshot.
func (o *ownMetrics) count(s *fleet.Snapshot) {
	for _, m := range s.Missing {
		o.missing.WithLabelValues(string(m.Reason)).Inc()
	}
	for _, p := range s.Problems {
		o.late.WithLabelValues(string(p.Kind), string(p.Reason)).Inc()
	}
	for _, t := range s.Tallies {
		for _, n := range t.Duplicates {
			o.duplicate.WithLabelValues(string(t.Kind)).Add(float64(n))
		}
	}
}

// rendered records the result of rendering an exposition.
func (o *ownMetrics) rendered(sc table.Counts, took time.Duration) {
	o.dropped.Add(float64(sc.Cut))
	o.rendering.Observe(took.Seconds())
	o.lastRender.Store(int64(took))
}

// connection registers the metrics of the connection to NATS.
func (o *ownMetrics) connection(conn *connection) {
	reconnects := func() float64 { return float64(conn.reconnects.Load()) }
	o.add(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "nats_exporter_connected", Help: "1 while the exporter is connected to NATS."},
		func() float64 { return number.Flag(conn.ready() == nil) }))
	o.add(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "nats_exporter_reconnects_total", Help: "Reconnects of the exporter to NATS."}, reconnects))
	if o.survey != nil {
		o.add(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "nats_survey_nats_reconnects", Help: "Reconnects of the exporter to NATS.", ConstLabels: prometheus.Labels{"name": "natsctl exporter"}}, reconnects))
	}
}

// event counts an event.
func (o *ownMetrics) event(ev fleet.Event) {
	o.events.count(ev)
	o.departed.add(ev, o.now())
}

// gather returns the metrics counted so far, without those that failed.
func (o *ownMetrics) gather() []*dto.MetricFamily {
	list, _ := o.registry.Gather() // on error the list has what was gathered
	o.events.shown()
	return list
}
