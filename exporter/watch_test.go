package exporter

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

const shutdownOfN2 = `{"name":"n2","id":"N2","cluster":"c","time":"2026-03-01T12:00:00Z"}`

// Events count from the moment that the connection stands, however late that
// is, until the exporter is closed.
func TestEventsAreWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := oneNode(t)
		e := exporterOf(t, sampleFleet())
		connected := false
		e.ready = func() error {
			if connected {
				return nil
			}
			return ErrNotConnected
		}
		e.watch(sys.New(s.Connect(t)))
		announce := func() float64 {
			s.Send(stub.Message{Subject: "$SYS.SERVER.N2.SHUTDOWN", Data: []byte(shutdownOfN2)})
			<-time.After(time.Second)
			return flatten(t, mustGather(t, e))["nats_events_servers_total{event=shutdown,server_name=n2}"]
		}
		<-time.After(time.Minute)
		if n := announce(); n != 0 {
			t.Errorf("%v events without a connection", n)
		}
		connected = true
		<-time.After(retryEvents)
		synctest.Wait()
		if n := announce(); n != 1 {
			t.Errorf("%v events: %v", n, collected(t, e.own.events.servers))
		}
		if gone := e.own.departed.current(sampleFleet(), time.Now()); len(gone) != 1 || gone[0].Name != "n2" {
			t.Errorf("gone: %v", gone)
		}
		e.Close()
		if n := announce(); n != 1 {
			t.Errorf("%v events after the end", n)
		}
	})
}

// Without the collector nothing listens.
func TestEventsAreNotWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := oneNode(t)
		e := exporterOf(t, sampleFleet(), WithCollectors("servers"))
		e.watch(sys.New(s.Connect(t)))
		<-time.After(time.Minute)
		if s.Send(stub.Message{Subject: "$SYS.SERVER.N2.SHUTDOWN", Data: []byte(shutdownOfN2)}) || len(e.stop) > 0 {
			t.Error("somebody listens")
		}
	})
}

// A watched account's advisories, acknowledgements and latencies reach their
// metrics under its name, until the exporter is closed.
func TestAccountIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, "n1", "N1")
		e := exporterOf(t, sampleFleet())
		for _, account := range []string{"APP", "SHOP"} {
			if err := e.WatchAccount(account, s.Connect(t), "orders=latency.orders"); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		send := func() map[string]float64 {
			s.Send(stub.Message{Subject: advisoryPrefix + "CONSUMER.MSG_NAKED.ORDERS.ship", Data: []byte("{}")})
			s.Send(stub.Message{Subject: "$JS.EVENT.METRIC.CONSUMER.ACK.ORDERS.ship", Data: []byte(`{"stream":"ORDERS","consumer":"ship","deliveries":2}`)})
			s.Send(stub.Message{Subject: "latency.orders", Data: []byte(`{"type":"io.nats.server.metric.v1.service_latency","status":200}`)})
			<-time.After(time.Second)
			return flatten(t, mustGather(t, e))
		}
		for range 2 {
			series := send()
			for key, want := range map[string]float64{
				"nats_jetstream_consumer_nak{account=%,consumer=ship,stream=ORDERS}":               1,
				"nats_jetstream_acknowledgement_deliveries{account=%,consumer=ship,stream=ORDERS}": 2,
				"nats_latency_observation_status_count{account=%,service=orders,status=200}":       1,
			} {
				for _, account := range []string{"APP", "SHOP"} {
					if got := series[replaced(key, account)]; got != want {
						t.Errorf("%s of %s: %v, want %v", key, account, got, want)
					}
				}
			}
			e.Close() // the second time nothing is heard any more
		}
	})
}

// What the connection knows of itself is exported under its own names.
func TestConnectionMetrics(t *testing.T) {
	for _, surveyor := range []bool{true, false} {
		e := exporterOf(t, sampleFleet(), WithSurveyorNames(surveyor))
		conn := &connection{}
		e.own.connection(conn)
		for _, connected := range []bool{false, true} {
			conn.known.Store(connected)
			conn.reconnects.Add(3)
			series := flatten(t, mustGather(t, e))
			if got, ok := series["nats_exporter_connected{}"]; !ok || got != map[bool]float64{false: 0, true: 1}[connected] {
				t.Errorf("connected %v: %v", connected, got)
			}
			if got, ok := series["nats_exporter_reconnects_total{}"]; !ok || got != float64(conn.reconnects.Load()) {
				t.Errorf("reconnects: %v %v", got, ok)
			}
			if _, ok := series["nats_survey_nats_reconnects{name=natsctl exporter}"]; ok != surveyor {
				t.Errorf("nats-surveyor's reconnects: %v, want %v", ok, surveyor)
			}
		}
	}
}

// The time that the fleet and the page took is measured, the fleet's for
// nats-surveyor's name too.
func TestDurations(t *testing.T) {
	e := exporterOf(t, sampleFleet(), WithMinInterval(0))
	for range 3 {
		scrapeText(t, e)
	}
	for _, f := range mustGather(t, e) {
		m := f.GetMetric()[0]
		switch f.GetName() {
		case "nats_exporter_snapshot_duration_seconds", "nats_exporter_rendering_duration_seconds":
			if n := m.GetHistogram().GetSampleCount(); n != 3 {
				t.Errorf("%s: %d", f.GetName(), n)
			}
		case "nats_survey_duration_seconds":
			if n := m.GetSummary().GetSampleCount(); n != 3 {
				t.Errorf("%s: %d", f.GetName(), n)
			}
		}
	}
	if e.own.lastRender.Load() <= 0 {
		t.Error("the time of rendering is not kept for the next scrape's budget")
	}
}
