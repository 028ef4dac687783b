package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// The windows of the dashboard's benchmarks: how long a program may settle,
// and how long it is then watched.
const (
	topSettles = 6 * time.Second
	topWatched = 20 * time.Second
)

// BenchmarkTopFleet watches whole processes that watch a super-cluster of seven
// servers with 500 connections: the dashboard, which asks all seven every 2 s,
// and beside it in the same seconds nats-top, which asks one of them every
// second, where NATS_TOP names one. NATSCTL_BIN names the dashboard's binary.
func BenchmarkTopFleet(b *testing.B) {
	watchTops(b, topCase{
		spec:  spec.Spec{Clusters: []spec.Cluster{{Name: "east", Nodes: 3}, {Name: "west", Nodes: 3}}, Leafs: []spec.Leaf{{Name: "edge", Remote: "east"}}, NoJetStream: true},
		conns: 500, sees: []string{"7/7 servers", "talkers", "client-"}, cpu: 1.5, mem: 40,
	})
}

// BenchmarkTopManyConns does the same with one server that has 5,000
// connections, all of them on the page.
func BenchmarkTopManyConns(b *testing.B) {
	watchTops(b, topCase{
		spec:  spec.Spec{Clusters: []spec.Cluster{{Name: "east", Nodes: 1}}, NoJetStream: true},
		conns: 5000, sees: []string{"1/1 server", "talkers", "client-", "of 5,00"}, cpu: 5, mem: 60,
	})
}

// topCase is a fleet, the connections on its first server, what the dashboard
// must have shown, and what it may cost: percent of a core, and MB.
type topCase struct {
	spec     spec.Spec
	conns    int
	sees     []string
	cpu, mem float64
}

func watchTops(b *testing.B, c topCase) {
	bin := os.Getenv("NATSCTL_BIN")
	if bin == "" {
		b.Skip("NATSCTL_BIN names no binary; make bench does")
	}
	cluster, err := broker.Start(b.Context(), c.spec)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cluster.Close() })
	if err := cluster.Ready(b.Context()); err != nil {
		b.Fatal(err)
	}
	node := cluster.Node("east-1")
	crowdIn(b, cluster, node, c.conns)
	sys, _ := cluster.Identity("sys")
	env := topEnv(b)
	for range b.N {
		programs := []*ptyProgram{startPTY(b, 120, 40, env, bin, "-s", withUser(node.ClientURL(), sys), "top", "--view", "conns")}
		programs[0].sees(programs[0].began, c.sees...)
		if rival := os.Getenv("NATS_TOP"); rival != "" {
			monitor, err := url.Parse(node.MonitorURL())
			if err != nil {
				b.Fatal(err)
			}
			programs = append(programs, startPTY(b, 120, 40, env, rival, "-s", monitor.Hostname(), "-m", monitor.Port(), "-n", fmt.Sprint(c.conns)))
			programs[1].sees(programs[1].began, "client-")
		}
		costs := watchUse(b.Context(), programs)
		for i, name := range []string{"natsctl", "nats-top"}[:len(programs)] {
			b.ReportMetric(costs[i].percent, "%cpu_"+name)
			b.ReportMetric(costs[i].now, "MB_"+name)
			b.ReportMetric(costs[i].peak, "MB_peak_"+name)
			programs[i].stop()
		}
		if costs[0].percent > c.cpu || costs[0].peak > c.mem {
			b.Errorf("%.2f %% of a core and %.0f MB, the promise is %.1f %% and %.0f MB; all: %+v", costs[0].percent, costs[0].peak, c.cpu, c.mem, costs)
		}
	}
}

// cost is what a process took in a window.
type cost struct {
	usage
	percent float64
}

// watchUse lets the programs settle and watches them for a window.
func watchUse(ctx context.Context, programs []*ptyProgram) []cost {
	pause(ctx, topSettles)
	begin := make([]usage, len(programs))
	for i, p := range programs {
		begin[i] = p.use()
	}
	since := time.Now()
	pause(ctx, topWatched)
	took := time.Since(since)
	out := make([]cost, len(programs))
	for i, p := range programs {
		u := p.use()
		out[i] = cost{u, 100 * float64(u.cpu-begin[i].cpu) / float64(took)}
	}
	return out
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// topEnv is the environment of a user with a home of its own.
func topEnv(tb testing.TB) []string {
	home := tb.TempDir()
	return []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home, "XDG_CACHE_HOME=" + home, "TERM=xterm-256color", "LANG=C.UTF-8"}
}

// crowdIn opens idle connections to a node, and two that publish 2,000 messages
// a second each. The idle ones are bare sockets: what is measured is no client.
func crowdIn(b *testing.B, cluster *broker.Cluster, node *broker.Node, conns int) {
	app, _ := cluster.Identity("app")
	where, err := url.Parse(node.ClientURL())
	if err != nil {
		b.Fatal(err)
	}
	for i := range conns - 2 {
		c, err := net.Dial("tcp", where.Host)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close() })
		hello, err := json.Marshal(map[string]any{"user": app.User, "pass": app.Password, "name": fmt.Sprint("client-", i), "lang": "go", "version": "1.55.0", "verbose": false})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := fmt.Fprintf(c, "CONNECT %s\r\nSUB bench.%d 1\r\nPING\r\n", hello, i); err != nil {
			b.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(b.Context())
	b.Cleanup(cancel)
	for range 2 {
		nc, err := node.Connect("app", nats.Name("publisher"))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(nc.Close)
		go publishEvenly(ctx, nc)
	}
}

func publishEvenly(ctx context.Context, nc *nats.Conn) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for range 20 {
				_ = nc.Publish("bench.1", make([]byte, 64))
			}
		}
	}
}

// BenchmarkTopThousand is the dashboard's whole process on an invented fleet
// of 1,000 servers, which shares the machine with it: the first frame with
// servers, the first complete one, the time from keys to the frames that answer
// them, and what watching costs; server ls on the same fleet beside them.
func BenchmarkTopThousand(b *testing.B) {
	bin := os.Getenv("NATSCTL_BIN")
	if bin == "" {
		b.Skip("NATSCTL_BIN names no binary; make bench does")
	}
	f, err := simfleet.Start(simfleet.Spec{Servers: 1000, Streams: 200, Consumers: 600, Conns: 5})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(f.Close)
	env := topEnv(b)
	for range b.N {
		var first, whole []time.Duration
		var p *ptyProgram
		for range 7 {
			if p != nil {
				p.stop()
			}
			p = startPTY(b, 120, 40, env, bin, "-s", f.URL(), "top")
			first = append(first, p.sees(p.began, "CLUSTER / SERVER"))
			whole = append(whole, p.sees(p.began, "1000/1000 servers"))
		}
		quantiles(b, "first", first, 500*time.Millisecond)
		quantiles(b, "ls", timesOf(b, env, bin, "-s", f.URL(), "server", "ls"), 0)
		quantiles(b, "whole", whole, 0)
		var keys []time.Duration
		for range 12 {
			for _, k := range thousandKeys {
				keys = append(keys, p.sees(p.press(k.press), k.sees))
			}
		}
		quantiles(b, "key", keys, 100*time.Millisecond)
		used := watchUse(b.Context(), []*ptyProgram{p})[0]
		b.ReportMetric(used.percent, "%cpu")
		b.ReportMetric(used.peak, "MB_peak")
		p.stop()
	}
}

// timesOf runs a program seven times.
func timesOf(b *testing.B, env []string, argv ...string) []time.Duration {
	var all []time.Duration
	for range 7 {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Env = env
		began := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %v: %.900s", argv, err, out)
		}
		all = append(all, time.Since(began))
	}
	return all
}

// thousandKeys are keys, and what the frame that answers them brings to the
// screen.
var thousandKeys = []struct{ press, sees string }{
	{"2", "STATUS"},
	{"\x1b[B", "▌"},
	{"s", "sort by"},
	{"q", "q quit"},
	{"/", "Esc cancel"},
	{"s", "/s"},
	{"\x1b", "q quit"},
	{"4", "ACCOUNT"},
	{"7", "firing"},
	{":", "Esc cancel"},
	{"\x1b", "q quit"},
	{"?", "type to search"},
	{"\x1b", "q quit"},
	{"1", "CLUSTER / SERVER"},
	{"\x1b[B", "▌"},
}

// quantiles gives the median and the 95th percentile; the promise is about both
// where there is one.
func quantiles(b *testing.B, name string, all []time.Duration, most time.Duration) {
	slices.Sort(all)
	median, high := all[len(all)/2], all[min(len(all)*95/100, len(all)-1)]
	b.ReportMetric(float64(median.Microseconds())/1000, "ms_"+name)
	b.ReportMetric(float64(high.Microseconds())/1000, "ms_p95_"+name)
	b.ReportMetric(float64(all[len(all)-1].Microseconds())/1000, "ms_max_"+name)
	b.Logf("%s: median %s, %s to %s", name, median, all[0], all[len(all)-1])
	if median > cmp.Or(most, time.Hour) {
		b.Errorf("%s after %s (%s to %s), the promise is %s", name, median, all[0], all[len(all)-1], most)
	}
}
