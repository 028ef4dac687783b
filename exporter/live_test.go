package exporter_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// patience is how long a test waits for a real cluster on a busy machine.
const patience = time.Minute

func start(t testing.TB, spec spec.Spec) *broker.Cluster {
	t.Helper()
	c, err := broker.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func connect(t testing.TB, c *broker.Cluster, who string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := c.Connect(who, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// serve starts an exporter of the cluster and returns the address of its pages.
func serve(t testing.TB, nc *nats.Conn, opts ...exporter.Option) string {
	t.Helper()
	exp, err := exporter.New(nc, append([]exporter.Option{exporter.WithMinInterval(0), exporter.WithSurveyorNames(true)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(exp.Close)
	srv := httptest.NewServer(exp.Routes())
	t.Cleanup(srv.Close)
	return srv.URL + "/metrics"
}

// scrape reads one exposition into a value for each line's name and labels.
func scrape(t testing.TB, url string, headers ...string) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("%s: %s %s", url, resp.Status, body)
	}
	return parse(t, resp.Body)
}

// parse reads an exposition likewise.
func parse(t testing.TB, text io.Reader) map[string]string {
	t.Helper()
	series := map[string]string{}
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		line := lines.Text()
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			series[line[:i]] = line[i+1:]
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return series
}

// find returns the values of the series of a name whose labels hold all of
// these, each written a="b".
func find(series map[string]string, name string, labels ...string) (values []string) {
	for key, value := range series {
		family, rest, _ := strings.Cut(key, "{")
		ok := family == name
		for _, l := range labels {
			ok = ok && (strings.Contains(rest, ","+l) || strings.HasPrefix(rest, l))
		}
		if ok {
			values = append(values, value)
		}
	}
	return values
}

// eventually scrapes until ok, for at most a minute.
func eventually(t testing.TB, url string, ok func(map[string]string) bool) map[string]string {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		series := scrape(t, url)
		if ok(series) {
			return series
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			var lines []string
			for key, value := range series {
				if strings.HasPrefix(key, "nats_server_up") || strings.HasPrefix(key, "nats_server_missing") || strings.HasPrefix(key, "nats_exporter_failed") {
					lines = append(lines, key+" "+value)
				}
			}
			t.Fatalf("not in time; last:\n%s", strings.Join(lines, "\n"))
		}
	}
}

// addStream makes a stream, trying again while the cluster is young.
func addStream(t testing.TB, js jetstream.JetStream, cfg jetstream.StreamConfig, messages int) jetstream.Stream {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		try, stop := context.WithTimeout(ctx, 2*time.Second)
		s, err := js.CreateOrUpdateStream(try, cfg)
		stop()
		if err == nil {
			fill(t, js, cfg.Subjects, messages)
			return s
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("stream %s: %v", cfg.Name, errors.Join(err, ctx.Err()))
		}
	}
}

func fill(t testing.TB, js jetstream.JetStream, subjects []string, messages int) {
	t.Helper()
	for i := range messages {
		if _, err := js.Publish(t.Context(), strings.ReplaceAll(subjects[0], "*", fmt.Sprint(i%5)), []byte("hello"), jetstream.WithRetryAttempts(20)); err != nil {
			t.Fatal(err)
		}
	}
}

func addConsumer(t testing.TB, s jetstream.Stream, cfg jetstream.ConsumerConfig, take int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := s.CreateOrUpdateConsumer(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := c.Fetch(take)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for m := range batch.Messages() {
		if n++; n%2 == 0 {
			if err := m.DoubleAck(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// assets fills a cluster with what the measurements of the other exporters were
// made on: streams of one and three replicas and some consumers.
func assets(t testing.TB, c *broker.Cluster) *nats.Conn {
	t.Helper()
	nc := connect(t, c, "app")
	fillAssets(t, nc)
	return nc
}

// fillAssets does so through a connection.
func fillAssets(t testing.TB, nc *nats.Conn) {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	orders := addStream(t, js, jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}, Replicas: 3, MaxBytes: 1 << 20}, 200)
	addStream(t, js, jetstream.StreamConfig{Name: "R1A", Subjects: []string{"r1a.*"}, Replicas: 1}, 500)
	addStream(t, js, jetstream.StreamConfig{Name: "R1B", Subjects: []string{"r1b.*"}, Replicas: 1, Storage: jetstream.MemoryStorage}, 50)
	addStream(t, js, jetstream.StreamConfig{Name: "COPY", Mirror: &jetstream.StreamSource{Name: "ORDERS"}, Replicas: 3}, 0)
	addConsumer(t, orders, jetstream.ConsumerConfig{Durable: "worker", AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Hour}, 40)
	addConsumer(t, orders, jetstream.ConsumerConfig{Durable: "audit", AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Hour, Replicas: 1}, 20)
}
