package exporter

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestDeletedConsumerStaysGone ends the series of a consumer with the word that
// it was deleted, also when an acknowledgement or a nak of it comes after that;
// one of the same name that is created later counts again.
func TestDeletedConsumerStaysGone(t *testing.T) {
	m := newAccountMetrics()
	now := time.Unix(1000, 0)
	m.gone.now = func() time.Time { return now }
	acked := func() {
		m.metric("APP", "$JS.EVENT.METRIC.CONSUMER.ACK.ORDERS.ship", []byte(`{"stream":"ORDERS","consumer":"ship","deliveries":1}`))
	}
	told := func(what string) { m.advisory("APP", advisoryPrefix+"CONSUMER."+what+".ORDERS.ship", nil) }
	want := func(when string, series int) {
		t.Helper()
		if got := countSeries(t, m.acks) + countSeries(t, m.byConsumer["CONSUMER.MSG_NAKED"]); got != series {
			t.Errorf("%s: %d series of the consumer, want %d", when, got, series)
		}
	}
	told("CREATED")
	acked()
	told("MSG_NAKED")
	want("while it is there", 2)
	told("DELETED")
	want("deleted", 0)
	acked()
	told("MSG_NAKED")
	want("told late", 0)
	told("CREATED")
	acked()
	want("created again", 1)
	told("DELETED")
	now = now.Add(2 * latelyKeeps)
	acked() // its creation was not heard
	want("long after", 1)
}

// countSeries is how many series a metric has.
func countSeries(t *testing.T, c prometheus.Collector) (n int) {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(c)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		n += len(f.GetMetric())
	}
	return n
}
