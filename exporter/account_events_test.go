package exporter

import (
	"fmt"
	"slices"
	"strings"
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
	now = now.Add(2 * recentFor)
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

// Every advisory that an account announces counts in its metric, under its
// stream and consumer, and as one of them all.
func TestAdvisoriesOfAnAccount(t *testing.T) {
	const total = "nats_jetstream_total_advisories{account=APP}"
	for _, tt := range []struct{ subject, data, want string }{
		{"CONSUMER.MAX_DELIVERIES.ORDERS.ship", "", "nats_jetstream_delivery_exceeded_count{account=APP,consumer=ship,stream=ORDERS}"},
		{"CONSUMER.MSG_TERMINATED.ORDERS.ship", "", "nats_jetstream_delivery_terminated_count{account=APP,consumer=ship,stream=ORDERS}"},
		{"CONSUMER.MSG_NAKED.ORDERS.ship", "", "nats_jetstream_consumer_nak{account=APP,consumer=ship,stream=ORDERS}"},
		{"STREAM.LEADER_ELECTED.ORDERS", "", "nats_jetstream_stream_leader_elected{account=APP,stream=ORDERS}"},
		{"STREAM.QUORUM_LOST.ORDERS", "", "nats_jetstream_stream_quorum_lost{account=APP,stream=ORDERS}"},
		{"CONSUMER.LEADER_ELECTED.ORDERS.ship", "", "nats_jetstream_consumer_leader_elected{account=APP,stream=ORDERS}"},
		{"CONSUMER.QUORUM_LOST.ORDERS.ship", "", "nats_jetstream_consumer_quorum_lost{account=APP,stream=ORDERS}"},
		{"STREAM.RESTORE_CREATE.ORDERS", "", "nats_jetstream_restore_created_count{account=APP,stream=ORDERS}"},
		{"STREAM.CREATED.ORDERS", "", "nats_jetstream_stream_actions{account=APP,action=create,stream=ORDERS}"},
		{"STREAM.UPDATED.ORDERS", "", "nats_jetstream_stream_actions{account=APP,action=modify,stream=ORDERS}"},
		{"STREAM.DELETED.ORDERS", "", "nats_jetstream_stream_actions{account=APP,action=delete,stream=ORDERS}"},
		{"CONSUMER.CREATED.ORDERS.ship", "", "nats_jetstream_consumer_actions{account=APP,action=create,stream=ORDERS}"},
		{"CONSUMER.DELETED.ORDERS.ship", "", "nats_jetstream_consumer_actions{account=APP,action=delete,stream=ORDERS}"},
		{"STREAM.SNAPSHOT_CREATE.ORDERS", "", "nats_jetstream_unknown_advisories{account=APP,schema=STREAM.SNAPSHOT_CREATE}"},
		{"FUTURE.THING", "", "nats_jetstream_unknown_advisories{account=APP,schema=FUTURE.THING}"},
		{"SHORT", "", "nats_jetstream_unknown_advisories{account=APP,schema=SHORT.}"},
		{"API", `{"subject":"$JS.API.STREAM.INFO.ORDERS"}`, "nats_jetstream_api_audit{account=APP,subject=$JS.API.STREAM.INFO}"},
		{"API", "garbage", ""},
	} {
		t.Run(tt.subject+tt.data, func(t *testing.T) {
			m := newAccountMetrics()
			m.advisory("APP", advisoryPrefix+tt.subject, []byte(tt.data))
			want := []string{total + " 1"}
			if tt.want != "" {
				want = append(want, tt.want+" 1")
			}
			slices.Sort(want)
			if got := collected(t, m.all()...); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// A sampled acknowledgement counts its deliveries; what is none counts nothing.
func TestSampledAcknowledgements(t *testing.T) {
	const subject = "$JS.EVENT.METRIC.CONSUMER.ACK.ORDERS.ship"
	for _, tt := range []struct {
		what, subject, data string
		want                []string
	}{
		{"first", subject, `{"stream":"ORDERS","consumer":"ship","deliveries":1}`, []string{"nats_jetstream_acknowledgement_deliveries{account=APP,consumer=ship,stream=ORDERS} 1"}},
		{"third", subject, `{"stream":"ORDERS","consumer":"ship","deliveries":3}`, []string{"nats_jetstream_acknowledgement_deliveries{account=APP,consumer=ship,stream=ORDERS} 3"}},
		{"less than none", subject, `{"stream":"ORDERS","consumer":"ship","deliveries":-4}`, []string{"nats_jetstream_acknowledgement_deliveries{account=APP,consumer=ship,stream=ORDERS} 0"}},
		{"garbage", subject, `garbage`, nil},
		{"other metric", "$JS.EVENT.METRIC.CONSUMER.OTHER.ORDERS.ship", `{"stream":"ORDERS","consumer":"ship","deliveries":1}`, nil},
	} {
		m := newAccountMetrics()
		m.metric("APP", tt.subject, []byte(tt.data))
		if got := collected(t, m.all()...); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}

// Consumers beyond the limit are one series, and a deleted one makes room.
func TestConsumersOfAnAccountAreBounded(t *testing.T) {
	m := newAccountMetrics()
	nak := func(name string) { m.advisory("APP", advisoryPrefix+"CONSUMER.MSG_NAKED.ORDERS."+name, nil) }
	for i := range maxEventNames {
		nak(fmt.Sprint("c", i))
	}
	naks := m.byConsumer["CONSUMER.MSG_NAKED"]
	if n := countSeries(t, naks); n != maxEventNames {
		t.Fatalf("%d series", n)
	}
	nak("late")
	nak("later")
	if n := countSeries(t, naks); n != maxEventNames+1 {
		t.Errorf("%d series with two beyond the limit", n)
	}
	m.advisory("APP", advisoryPrefix+"CONSUMER.DELETED.ORDERS.c0", nil)
	nak("next")
	if got := collected(t, naks); !slices.Contains(got, "nats_jetstream_consumer_nak{account=APP,consumer=next,stream=ORDERS} 1") {
		t.Error("a deleted consumer makes no room")
	}
}

// The names of streams and of kinds of advisories come from strangers too: each
// is shown as text, and beyond the limit they are one.
func TestNamesOfAnAccountAreBounded(t *testing.T) {
	for name, count := range map[string]func(m *accountMetrics, name string){
		"nats_jetstream_stream_quorum_lost": func(m *accountMetrics, name string) {
			m.advisory("APP", advisoryPrefix+"STREAM.QUORUM_LOST."+name, nil)
		},
		"nats_jetstream_stream_actions":     func(m *accountMetrics, name string) { m.advisory("APP", advisoryPrefix+"STREAM.CREATED."+name, nil) },
		"nats_jetstream_unknown_advisories": func(m *accountMetrics, name string) { m.advisory("APP", advisoryPrefix+"FUTURE."+name, nil) },
		"nats_jetstream_consumer_nak": func(m *accountMetrics, name string) {
			m.advisory("APP", advisoryPrefix+"CONSUMER.MSG_NAKED."+name+".c", nil)
		},
		"nats_jetstream_acknowledgement_deliveries": func(m *accountMetrics, name string) {
			m.metric("APP", "$JS.EVENT.METRIC.CONSUMER.ACK.x.c", fmt.Appendf(nil, `{"stream":%q,"consumer":"c","deliveries":1}`, name))
		},
	} {
		m := newAccountMetrics()
		count(m, "evil\u202e")
		for i := range 2 * maxEventNames {
			count(m, fmt.Sprint("s", i))
		}
		lines := slices.DeleteFunc(collected(t, m.all()...), func(line string) bool { return !strings.HasPrefix(line, name+"{") })
		if len(lines) > maxEventNames+1 || len(lines) < maxEventNames {
			t.Errorf("%s: %d series", name, len(lines))
		}
		if all := strings.Join(lines, "\n"); strings.Contains(all, "\u202e") || !strings.Contains(all, "evil") {
			t.Errorf("%s: a name is not shown as text", name)
		}
	}
}

// A consumer of the same name in another stream or account is another one.
func TestDeletedConsumerIsOneOfItsStream(t *testing.T) {
	m := newAccountMetrics()
	for _, account := range []string{"APP", "SHOP"} {
		for _, stream := range []string{"ORDERS", "BILLS"} {
			m.advisory(account, advisoryPrefix+"CONSUMER.MSG_NAKED."+stream+".ship", nil)
		}
	}
	m.advisory("APP", advisoryPrefix+"CONSUMER.DELETED.ORDERS.ship", nil)
	want := []string{
		"nats_jetstream_consumer_nak{account=APP,consumer=ship,stream=BILLS} 1",
		"nats_jetstream_consumer_nak{account=SHOP,consumer=ship,stream=BILLS} 1",
		"nats_jetstream_consumer_nak{account=SHOP,consumer=ship,stream=ORDERS} 1",
	}
	if got := collected(t, m.byConsumer["CONSUMER.MSG_NAKED"]); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// collected lists the series of metrics with their values.
func collected(t *testing.T, metrics ...prometheus.Collector) (lines []string) {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(metrics...)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	series := flatten(t, families)
	for _, key := range slices.Sorted(keysOf(series)) {
		lines = append(lines, fmt.Sprint(key, " ", series[key]))
	}
	return lines
}
