package exporter

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// collectorOf exposes the exporter's metrics to a registry as a
// prometheus.Collector.
type collectorOf struct{ e *Exporter }

// Describe sends nothing: the metrics depend on the fleet.
func (collectorOf) Describe(chan<- *prometheus.Desc) {}

// Collect takes one snapshot and sends its samples.
func (c collectorOf) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), c.e.cfg.timeout)
	defer cancel()
	p := c.e.page(ctx, c.e.cfg.chosen)
	c.e.cfg.render(p, &constSink{ch: ch, labels: p.Labels()})
	for _, own := range c.e.own.counted {
		own.Collect(ch)
	}
	c.e.own.events.shown()
}

// constSink converts samples to client_golang's constant metrics.
type constSink struct {
	ch     chan<- prometheus.Metric
	labels prometheus.Labels // of every sample
	family *table.Family
	desc   *prometheus.Desc
}

// Begin starts a family.
func (s *constSink) Begin(f *table.Family) {
	s.family = f
	s.desc = prometheus.NewDesc(f.Name, f.Help, f.Labels, s.labels)
}

// Sample sends one metric.
func (s *constSink) Sample(_ string, item any, _, values []string, v float64) {
	typ := prometheus.GaugeValue
	if s.family.Type == metric.Counter {
		typ = prometheus.CounterValue
	}
	all := s.family.Values(item)
	for i := range all {
		all[i] = table.Clean(all[i])
	}
	for _, extra := range values {
		all = append(all, table.Clean(extra))
	}
	s.ch <- prometheus.MustNewConstMetric(s.desc, typ, v, all...)
}
