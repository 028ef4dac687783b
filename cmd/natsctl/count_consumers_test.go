package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestConsumersOfAllServers counts the consumers of a stream with three
// replicas, most of whose consumers have one, on whichever server: its leader
// knows those of its own server alone.
func TestConsumersOfAllServers(t *testing.T) {
	testcluster.Slow(t)
	t.Parallel()
	c, err := broker.Start(t.Context(), spec.Nodes(3))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	nc, err := c.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"R3": spreadConsumers(t, js), "R1": 1, "BARE": 0}
	for name, consumers := range want {
		if name == "R3" {
			continue
		}
		insist(t, func() error {
			_, err := js.CreateOrUpdateStream(t.Context(), jetstream.StreamConfig{Name: name, Subjects: []string{name + ".>"}})
			return err
		})
		for i := range consumers {
			makeConsumer(t, js, name, jetstream.ConsumerConfig{Durable: fmt.Sprint("only-", i)})
		}
	}
	agreeOnConsumers(t, c, want)
}

// spreadConsumers makes a stream of three replicas, a consumer of as many, and
// consumers of one until some live elsewhere than the stream's leader. It
// returns how many it made.
func spreadConsumers(t *testing.T, js jetstream.JetStream) int {
	t.Helper()
	cfg := jetstream.StreamConfig{Name: "R3", Subjects: []string{"R3.>"}, Replicas: 3}
	insist(t, func() error { _, err := js.CreateOrUpdateStream(t.Context(), cfg); return err })
	makeConsumer(t, js, "R3", jetstream.ConsumerConfig{Durable: "all"})
	homes, made := map[string]bool{}, 1
	for ; len(homes) < 3 && made < 200; made++ {
		one := makeConsumer(t, js, "R3", jetstream.ConsumerConfig{Durable: fmt.Sprint("one-", made), Replicas: 1})
		homes[one.CachedInfo().Cluster.Leader] = true
	}
	if len(homes) < 3 {
		t.Fatalf("all consumers live on %v", homes)
	}
	return made
}

func makeConsumer(t *testing.T, js jetstream.JetStream, stream string, cfg jetstream.ConsumerConfig) (made jetstream.Consumer) {
	t.Helper()
	cfg.AckPolicy = jetstream.AckExplicitPolicy
	insist(t, func() (err error) { made, err = js.CreateOrUpdateConsumer(t.Context(), stream, cfg); return err })
	return made
}

// agreeOnConsumers checks every place that tells a number of consumers.
func agreeOnConsumers(t *testing.T, c *broker.Cluster, want map[string]int) {
	t.Helper()
	id, _ := c.Identity("sys")
	url := withUser(c.Nodes()[0].ClientURL(), id)
	all := 0
	for _, n := range want {
		all += n
	}
	for _, args := range [][]string{{"server", "report", "streams", "-o", "json"}, {"top", "--once", "--view", "streams", "-o", "json"}} {
		rows := rowsOf(t, url, args...)
		if len(rows) != len(want) {
			t.Errorf("%v: %d streams", args, len(rows))
		}
		for _, r := range rows {
			if n := want[fmt.Sprint(r["stream"])]; r["consumers"] != float64(n) {
				t.Errorf("%v: %v has %v consumers, not %d", args, r["stream"], r["consumers"], n)
			}
		}
	}
	for _, args := range [][]string{{"server", "report", "accounts", "--jetstream", "-o", "json"}, {"top", "--once", "--view", "accounts", "-o", "json"}} {
		for _, r := range rowsOf(t, url, args...) {
			if r["account"] == "APP" && (r["consumers"] != float64(all) || r["streams"] != float64(len(want))) {
				t.Errorf("%v: %v streams, %v consumers, not %d, %d", args, r["streams"], r["consumers"], len(want), all)
			}
		}
	}
	agreeOnOwn(t, c, want, all)
	agreeOnGroups(t, url)
	leads := 0.0
	for _, r := range rowsOf(t, url, "server", "report", "jetstream", "-o", "json") {
		leads += num(r, "streams_leader")
	}
	if leads != float64(len(want)) {
		t.Errorf("the servers lead %v streams of %d", leads, len(want))
	}
}

// agreeOnGroups checks that each group is told by its three members, with the
// stream or consumer that it replicates: those of accounts too, not only the
// system account's.
func agreeOnGroups(t *testing.T, url string) {
	t.Helper()
	members := map[string]int{}
	for _, r := range rowsOf(t, url, "top", "--once", "--view", "raft", "-o", "json") {
		members[fmt.Sprint(r["asset"])]++
	}
	if want := map[string]int{"meta": 3, "R3": 3, "R3/all": 3}; !maps.Equal(members, want) {
		t.Errorf("members of raft groups %v, want %v", members, want)
	}
}

// agreeOnOwn checks what a user outside the system account sees of its own: the
// word of each consumer's leader, wherever that is.
func agreeOnOwn(t *testing.T, c *broker.Cluster, want map[string]int, all int) {
	t.Helper()
	id, _ := c.Identity("app")
	url := withUser(c.Nodes()[0].ClientURL(), id)
	for _, r := range rowsOf(t, url, "top", "--once", "--view", "streams", "-o", "json") {
		if n := want[fmt.Sprint(r["stream"])]; r["consumers"] != float64(n) {
			t.Errorf("own: %v has %v consumers, not %d", r["stream"], r["consumers"], n)
		}
	}
	rows := rowsOf(t, url, "top", "--once", "--view", "consumers", "-o", "json")
	if len(rows) != all {
		t.Errorf("own: %d consumers, not %d", len(rows), all)
	}
	for _, r := range rows {
		if r["state"] != "ok" || r["delivered_per_second"] == nil {
			t.Errorf("own: %v is %v, with %v messages a second", r["consumer"], r["state"], r["delivered_per_second"])
		}
	}
}

// rowsOf runs a command until everybody answers, and returns its rows.
func rowsOf(t *testing.T, url string, args ...string) []object {
	t.Helper()
	var doc struct{ Rows []object }
	insist(t, func() error {
		out, words, code := ask(t, url, args...)
		if code != cli.ExitOK {
			return fmt.Errorf("%v: exit %d: %s", args, code, words)
		}
		return json.Unmarshal([]byte(out), &doc)
	})
	return doc.Rows
}
