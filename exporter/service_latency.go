package exporter

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/prometheus/client_golang/prometheus"
)

// latencyBuckets start at the latency of a service on the same host:
// nats-surveyor's start at 5 ms, which is too coarse for most services.
var latencyBuckets = []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// latencyMetrics are measured by the servers for services whose export enables
// it, and published in the service's account. The names are nats-surveyor's.
type latencyMetrics struct {
	received, status, broken                       *prometheus.CounterVec
	service, total, requestor, responder, systemic *prometheus.HistogramVec
}

func newLatencyMetrics() *latencyMetrics {
	h := func(name, help string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "nats_latency_" + name, Help: help, Buckets: latencyBuckets,
			NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100, NativeHistogramMinResetDuration: time.Hour,
		}, []string{"service", "app", "account"})
	}
	return &latencyMetrics{
		received:  counter("nats_latency_observations_received_count", "Latency measurements received.", "service", "app", "account"),
		status:    counter("nats_latency_observation_status_count", "Answers of a service, by status.", "service", "status", "account"),
		broken:    counter("nats_latency_observation_error_count", "Measurements that could not be read.", "service", "account"),
		service:   h("service_duration", "Seconds that the service itself took."),
		total:     h("total_duration", "Seconds that the requestor waited."),
		requestor: h("requestor_rtt", "Seconds of the round trip between the requestor and its server."),
		responder: h("responder_rtt", "Seconds of the round trip between the service and its server."),
		systemic:  h("system_rtt", "Seconds that NATS itself took."),
	}
}

func (m *latencyMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.received, m.status, m.broken, m.service, m.total, m.requestor, m.responder, m.systemic}
}

// observe records one measurement.
func (m *latencyMetrics) observe(service, account string, apps *labelLimit, data []byte) {
	var l server.ServiceLatency
	if json.Unmarshal(data, &l) != nil || l.Type != server.ServiceLatencyType {
		m.broken.WithLabelValues(service, account).Inc()
		return
	}
	m.status.WithLabelValues(service, strconv.Itoa(l.Status), account).Inc()
	if l.Responder == nil {
		return
	}
	app := apps.label(l.Responder.Name)
	m.received.WithLabelValues(service, app, account).Inc()
	m.service.WithLabelValues(service, app, account).Observe(l.ServiceLatency.Seconds())
	m.total.WithLabelValues(service, app, account).Observe(l.TotalLatency.Seconds())
	m.responder.WithLabelValues(service, app, account).Observe(l.Responder.RTT.Seconds())
	m.systemic.WithLabelValues(service, app, account).Observe(l.SystemLatency.Seconds())
	if l.Requestor != nil {
		m.requestor.WithLabelValues(service, app, account).Observe(l.Requestor.RTT.Seconds())
	}
}
