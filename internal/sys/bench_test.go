package sys_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// BenchmarkSnapshot compares a full snapshot with a bare loop that collects and
// decodes the same replies, one after the other and on every core, and shows
// that the cost for each server stays flat. The memory is that of the whole
// process, the simulation included.
func BenchmarkSnapshot(b *testing.B) {
	const most, mostBytes = 1.3, 400e6
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(n, " servers"), func(b *testing.B) {
			f, client := simulate(b, simfleet.Spec{Servers: n, Accounts: 20, Streams: n / 5, Consumers: n, Conns: 100})
			nc, err := f.Connect()
			if err != nil {
				b.Fatal(err)
			}
			defer nc.Close()
			want := overview()
			want.JS.Streams = true
			var ours, bare, parallel []time.Duration
			peak := heapPeak()
			for range max(9, b.N) {
				bare = append(bare, bareRound(b, nc, bareRequests(), n, 1))
				parallel = append(parallel, bareRound(b, nc, bareRequests(), n, runtime.GOMAXPROCS(0)))
				began := time.Now()
				if s := snapshot(b, client, want); !s.Complete() || len(s.Servers) != n {
					b.Fatalf("%d of %d servers, missing %v, problems %v", len(s.Servers), n, s.Missing, faults(s)[:min(9, len(s.Problems))])
				}
				ours = append(ours, time.Since(began))
			}
			o, r := median(ours), median(parallel)
			ratio, bytes := o.Seconds()/r.Seconds(), peak()
			b.ReportMetric(o.Seconds()/median(bare).Seconds(), "x_bare_loop")
			b.ReportMetric(ratio, "x_parallel_loop")
			b.ReportMetric(float64(o.Microseconds())/float64(n), "µs/server")
			b.ReportMetric(float64(o.Microseconds())/1000, "ms/snapshot")
			b.ReportMetric(bytes/1e6, "MB_peak")
			if n == 1000 && (ratio > most || bytes > mostBytes) {
				b.Errorf("a snapshot costs %.2f times the bare loop and %.0f MB, more than %.1f and %.0f MB", ratio, bytes/1e6, most, mostBytes/1e6)
			}
		})
	}
}

// BenchmarkServerList times what `server ls` asks of three real servers, next to a
// bare loop that asks the same of them and knows that three will answer: rounds of
// both in turn, over one connection. Finding out who is missing, and how far away
// each server is, costs nothing while all answer.
func BenchmarkServerList(b *testing.B) {
	const most = 1.5
	c, err := broker.Start(b.Context(), spec.Nodes(3))
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	nc, err := c.Nodes()[0].ConnectSys()
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	client := sys.New(nc)
	for s := snapshot(b, client, fleet.Want{}); len(s.Servers) != 3 || s.Counted != 3; {
		s = snapshot(b, client, fleet.Want{})
	}
	var took, bare []time.Duration
	for range max(200, b.N) {
		bare = append(bare, bareRound(b, nc, bareRequests()[:2], 3, 1))
		s := snapshot(b, client, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
		if !s.Complete() {
			b.Fatalf("missing %v, problems %v", s.Missing, s.Problems)
		}
		took = append(took, time.Duration(s.TookSeconds*1e9))
	}
	b.ReportMetric(float64(median(took).Microseconds())/1000, "ms_median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms_p99")
	ratio := median(took).Seconds() / median(bare).Seconds()
	b.ReportMetric(ratio, "x_bare_loop")
	if ratio > most {
		b.Errorf("a list of three servers takes %.2f times the bare loop, more than %.1f", ratio, most)
	}
}

// bareRequest is one question of a bare loop.
type bareRequest struct {
	kind, body string
	into       func() any
}

// bareRequests are the questions of overview; the first two are those of a list of
// servers.
func bareRequests() []bareRequest {
	return []bareRequest{
		{"STATSZ", "", func() any { return &server.ServerStatsMsg{} }},
		{"VARZ", "", func() any { return &server.ServerAPIVarzResponse{} }},
		{"ROUTEZ", "", func() any { return &server.ServerAPIRoutezResponse{} }},
		{"GATEWAYZ", "", func() any { return &server.ServerAPIGatewayzResponse{} }},
		{"LEAFZ", "", func() any { return &server.ServerAPILeafzResponse{} }},
		{"JSZ", `{"accounts":true,"streams":true,"stream_leader_only":true,"limit":64}`, func() any { return &server.ServerAPIJszResponse{} }},
		{"HEALTHZ", "", func() any { return &server.ServerAPIHealthzResponse{} }},
	}
}

// bareRound asks and decodes what comes, knowing how much that will be.
func bareRound(b *testing.B, nc *nats.Conn, requests []bareRequest, servers, decoders int) time.Duration {
	b.Helper()
	began := time.Now()
	inbox := nc.NewInbox()
	sub, err := nc.SubscribeSync(inbox + ".*")
	if err != nil {
		b.Fatal(err)
	}
	defer sub.Unsubscribe()
	for i, r := range requests {
		m := nats.NewMsg("$SYS.REQ.SERVER.PING." + r.kind)
		m.Reply, m.Data = fmt.Sprint(inbox, ".", i), []byte(r.body)
		if r.kind == "JSZ" {
			m.Header.Set("Accept-Encoding", "gzip")
		}
		if err := nc.PublishMsg(m); err != nil {
			b.Fatal(err)
		}
	}
	msgs, kept := make(chan *nats.Msg, servers*len(requests)), make(chan any, servers*len(requests))
	var workers errgroup.Group
	for range decoders {
		workers.Go(func() error {
			for m := range msgs {
				v := requests[m.Subject[len(m.Subject)-1]-'0'].into()
				if err := bareDecode(m, v); err != nil {
					return err
				}
				kept <- v
			}
			return nil
		})
	}
	for range cap(msgs) {
		m, err := sub.NextMsg(10 * time.Second)
		if err != nil {
			b.Fatalf("%d of %d replies: %v", len(kept), cap(kept), err)
		}
		msgs <- m
	}
	close(msgs)
	if err := workers.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func bareDecode(m *nats.Msg, into any) error {
	if m.Header.Get("Content-Encoding") != "gzip" {
		return json.Unmarshal(m.Data, into)
	}
	zr, err := gzip.NewReader(bytes.NewReader(m.Data))
	if err != nil {
		return err
	}
	data, err := io.ReadAll(zr)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

// heapPeak watches the heap until the returned function is called, which gives
// the largest size in bytes.
func heapPeak() (stop func() float64) {
	end, peak := make(chan struct{}), make(chan float64)
	go func() {
		most := 0.0
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				metrics.Read(sample)
				most = max(most, float64(sample[0].Value.Uint64()))
			case <-end:
				peak <- most
				return
			}
		}
	}()
	return func() float64 { close(end); return <-peak }
}
