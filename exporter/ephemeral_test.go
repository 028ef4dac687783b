package exporter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// The hour of the test: so many waves of so many ephemeral consumers, each of
// which takes a message, gives it back and goes.
const (
	waves      = 10
	wave       = 1000
	passers    = "passer"
	passStream = "PASS"
	seriesSlip = 20       // answers that are late on a busy machine have series of their own
	memorySlip = 24 << 20 // what the garbage collector of a busy process may still hold
)

// Ten thousand real ephemeral consumers come and go, and what they do is
// announced to an exporter that listens in their account: there are never more
// series than with the first of them, and no more memory is held.
func TestTenThousandEphemeralConsumers(t *testing.T) {
	testcluster.Slow(t)
	c := start(t, spec.Single())
	app := connect(t, c, "app")
	js, err := jetstream.New(app)
	if err != nil {
		t.Fatal(err)
	}
	addStream(t, js, jetstream.StreamConfig{Name: passStream, Subjects: []string{"pass.*"}, Storage: jetstream.MemoryStorage}, 10)
	url := serveWatching(t, connect(t, c, "sys"), connect(t, c, "app"))
	first, held := 0, uint64(0)
	for n := range waves {
		during, after := passBy(t, url, app, n)
		switch most := max(len(during), len(after)); {
		case n == 1: // the second time that all kinds of event have come
			first, held = most, heap()
		case n > 1 && most > first+seriesSlip:
			t.Fatalf("%d series in wave %d, %d in the second: %s", most, n, first, named(during))
		}
	}
	now := heap()
	if now > held+memorySlip {
		t.Errorf("%d MB held after %d consumers, %d MB after the first %d", now>>20, waves*wave, held>>20, 2*wave)
	}
	t.Logf("%d consumers, %d at a time: %d series, %d MB held after the first %d and %d MB in the end", waves*wave, wave, first, held>>20, 2*wave, now>>20)
}

// passBy lets one wave of consumers come and go, and returns a scrape of when
// they are there and one of when they are gone.
func passBy(t *testing.T, url string, nc *nats.Conn, n int) (during, after map[string]string) {
	t.Helper()
	api(t, nc, func(i int) (string, string) {
		return "$JS.API.CONSUMER.CREATE." + passStream + "." + passer(n, i),
			fmt.Sprintf(`{"stream_name":%q,"config":{"name":%q,"ack_policy":"explicit","inactive_threshold":3600000000000,"mem_storage":true}}`, passStream, passer(n, i))
	})
	giveBack(t, nc, n)
	during = eventually(t, url, func(s map[string]string) bool {
		folded := find(s, "nats_jetstream_consumer_folded", `consumer="(ephemeral)"`)
		naks := find(s, "nats_jetstream_consumer_nak")
		return len(folded) == 1 && folded[0] == fmt.Sprint(wave) && len(naks) == wave
	})
	for key := range during {
		if strings.Contains(key, passers) && !strings.HasPrefix(key, "nats_jetstream_consumer_nak{") {
			t.Fatalf("a series of a single ephemeral consumer: %s", key)
		}
	}
	api(t, nc, func(i int) (string, string) {
		return "$JS.API.CONSUMER.DELETE." + passStream + "." + passer(n, i), ""
	})
	after = eventually(t, url, func(s map[string]string) bool {
		return len(find(s, "nats_jetstream_consumer_folded")) == 0 && len(find(s, "nats_jetstream_consumer_nak")) == 0
	})
	return during, after
}

func passer(n, i int) string { return fmt.Sprintf("%s-%d-%d", passers, n, i) }

// api asks the JetStream API once for each consumer of a wave, and waits for
// all answers.
func api(t *testing.T, nc *nats.Conn, request func(i int) (subject, body string)) {
	t.Helper()
	answers := make(chan *nats.Msg, wave)
	sub, err := nc.ChanSubscribe(nc.NewInbox(), answers)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection ends with the test
	for i := range wave {
		subject, body := request(i)
		if err := nc.PublishRequest(subject, sub.Subject, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range wave {
		select {
		case m := <-answers:
			var reply struct {
				Error *struct{ Description string } `json:"error"`
			}
			if err := json.Unmarshal(m.Data, &reply); err != nil || reply.Error != nil {
				t.Fatalf("%v %s", err, m.Data)
			}
		case <-ctx.Done():
			t.Fatal("the JetStream API does not answer in time")
		}
	}
}

// giveBack lets each consumer of a wave take a message and give it back.
func giveBack(t *testing.T, nc *nats.Conn, n int) {
	t.Helper()
	taken := make(chan *nats.Msg, wave)
	sub, err := nc.ChanSubscribe(nc.NewInbox(), taken)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection ends with the test
	for i := range wave {
		if err := nc.PublishRequest("$JS.API.CONSUMER.MSG.NEXT."+passStream+"."+passer(n, i), sub.Subject, []byte(`{"batch":1}`)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range wave {
		select {
		case m := <-taken:
			if err := m.Respond([]byte("-NAK")); err != nil {
				t.Fatal(err)
			}
		case <-ctx.Done():
			t.Fatal("messages are not delivered in time")
		}
	}
}

// serveWatching is serve with a connection of an account beside that of the
// system account.
func serveWatching(t *testing.T, sys, account *nats.Conn, latency ...string) string {
	t.Helper()
	exp, err := exporter.New(sys, exporter.WithMinInterval(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(exp.Close)
	if err := exp.WatchAccount("APP", account, latency...); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(exp.Routes())
	t.Cleanup(srv.Close)
	return srv.URL + "/metrics"
}

// heap is what the process holds once the garbage is gone.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers let go
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// named shortens series to the names of their metrics.
func named(series map[string]string) string {
	count := map[string]int{}
	for key := range series {
		name, _, _ := strings.Cut(key, "{")
		count[name]++
	}
	return fmt.Sprint(count)
}
