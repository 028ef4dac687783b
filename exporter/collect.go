package exporter

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

// collectorOf gives the exporter's metrics to a registry, through
// client_golang's own types.
type collectorOf struct{ e *Exporter }

// Describe sends nothing: which metrics there are depends on the fleet.
func (collectorOf) Describe(chan<- *prometheus.Desc) {}

// Collect takes one snapshot and sends its samples.
func (c collectorOf) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), c.e.cfg.timeout)
	defer cancel()
	v := c.e.view(ctx, c.e.cfg.chosen)
	v.render(&constSink{ch: ch})
	for _, own := range c.e.own.counted {
		own.Collect(ch)
	}
}

// constSink makes client_golang's constant metrics of samples.
type constSink struct {
	ch     chan<- prometheus.Metric
	family *family
	desc   *prometheus.Desc
}

func (s *constSink) begin(f *family) {
	s.family = f
	s.desc = prometheus.NewDesc(f.Name, f.Help, f.Labels, nil)
}

func (s *constSink) sample(_ string, item any, _, values []string, v float64) {
	typ := prometheus.GaugeValue
	if s.family.Type == Counter {
		typ = prometheus.CounterValue
	}
	all := s.family.values(item)
	for i := range all {
		all[i] = clean(all[i])
	}
	for _, extra := range values {
		all = append(all, clean(extra))
	}
	s.ch <- prometheus.MustNewConstMetric(s.desc, typ, v, all...)
}
