package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/stats"
)

// rivalCell is one thing that both programs can measure.
type rivalCell struct {
	name    string
	subs    int // subscribers; for nats bench in a process of their own
	service bool
	msgs    int
	theirs  string            // arguments of nats, after bench
	ours    map[string]string // arguments of natsctl by driver, after bench
	speed   float64           // what ours must at least be, as a multiple of theirs
	driver  string            // that must be so
	cpu     float64           // what theirs must at least cost, as a multiple of our own; 0: said only
}

// noise is what a ratio of medians may be off without meaning.
const noise = 0.85

// rivalCells are the comparisons; %d is the number of messages.
func rivalCells() []rivalCell {
	var out []rivalCell
	both := func(command, size string) map[string]string {
		return map[string]string{"natsgo": command + " --driver natsgo" + size, "auto": command + size}
	}
	const small = " --size 128 --msgs "
	for _, c := range []struct{ size, pub, one, four int }{
		{16, 2_000_000, 800_000, 400_000},
		{128, 1_500_000, 600_000, 250_000},
		{1024, 700_000, 250_000, 100_000},
		{8192, 100_000, 40_000, 20_000},
	} {
		size := fmt.Sprintf(" --size %d --msgs ", c.size)
		out = append(out,
			rivalCell{name: "publish", msgs: c.pub, theirs: "pub x" + size, ours: both("pub x", size)},
			rivalCell{name: "1 to 1", msgs: c.one, subs: 1, theirs: "pub x" + size, ours: both("pubsub x", size)},
			rivalCell{name: "1 to 4", msgs: c.four, subs: 4, theirs: "pub x" + size, ours: both("pubsub x --subs 4", size)},
		)
		for i := range 3 {
			cell := &out[len(out)-1-i]
			cell.name += fmt.Sprintf(", %d B", c.size)
			cell.speed, cell.driver = noise, "auto"
			if c.size == 128 {
				cell.cpu = 2
			}
		}
		if c.size == 1024 {
			out[len(out)-1].speed = 2
		}
	}
	return append(out,
		rivalCell{
			name: "request, 16 clients or window 500", service: true, msgs: 60_000, speed: 5, driver: "auto", cpu: 2,
			theirs: "service request x --clients 16" + small, ours: both("request x --window 500", small),
		},
		rivalCell{
			name: "JetStream, file, 500 unacknowledged", msgs: 100_000, speed: 1.4, driver: "auto", cpu: 2,
			theirs: "js pub async y --create --purge --storage file --batch 500" + small,
			ours:   both("js pub --storage file --ack window:500", small),
		})
}

// rivalRounds is how often every cell is measured, all programs in turn.
const rivalRounds = 8

// BenchmarkBesideNats measures natsctl bench and nats bench in turn, on one
// server, and fails where a promise of docs/benchmarks.md is not kept.
// NATSCTL_BIN names the binary and NATS_CLI the nats program. BESIDE_NATS
// chooses cells by name, BESIDE_ROUNDS changes the number of rounds.
func BenchmarkBesideNats(b *testing.B) {
	r := newRivals(b)
	cells := slices.DeleteFunc(rivalCells(), func(c rivalCell) bool { return !strings.Contains(c.name, os.Getenv("BESIDE_NATS")) })
	found := make([]map[string][]rivalFigures, len(cells))
	rounds := rivalRounds
	if n, err := strconv.Atoi(os.Getenv("BESIDE_ROUNDS")); err == nil {
		rounds = n
	}
	for round := range rounds {
		for i, c := range cells {
			if found[i] == nil {
				found[i] = map[string][]rivalFigures{}
			}
			for k := range len(c.ours) + 1 { // each program goes first in turn
				who := append([]string{"nats"}, slices.Sorted(maps.Keys(c.ours))...)[(k+round)%(len(c.ours)+1)]
				found[i][who] = append(found[i][who], r.measure(c, who))
			}
		}
	}
	for i, c := range cells {
		b.Run(strings.ReplaceAll(c.name, " ", "_"), func(b *testing.B) { c.judge(b, found[i]) })
	}
}

// judge reports the medians, and complains about a promise that is not kept.
func (c rivalCell) judge(b *testing.B, found map[string][]rivalFigures) {
	rates, costs := func(f rivalFigures) float64 { return f.rate }, func(f rivalFigures) float64 { return f.cpu }
	b.ReportMetric(0, "ns/op") // a whole process is no operation
	for _, who := range slices.Sorted(maps.Keys(found)) {
		b.ReportMetric(rivalMedian(found[who], rates), who+"-msgs/s")
		b.ReportMetric(rivalMedian(found[who], costs), who+"-cpu-ns/msg")
		if len(found["nats"]) == 0 || who == "nats" {
			continue
		}
		speed := rivalRatio(found[who], found["nats"], rates)
		cost := rivalRatio(found["nats"], found[who], costs)
		b.ReportMetric(speed[1], who+"-x-speed")
		b.ReportMetric(cost[1], who+"-x-less-cpu")
		b.Logf("%s: %.2f times the rate (%.2f to %.2f), client CPU per message %.1f times less (%.1f to %.1f)",
			who, speed[1], speed[0], speed[2], cost[1], cost[0], cost[2])
		if who == c.driver && speed[1] < c.speed {
			b.Errorf("%s is %.2f times as fast as nats bench, promised are %.2f", who, speed[1], c.speed)
		}
		if who == c.driver && cost[1] < c.cpu {
			b.Errorf("%s takes %.1f times less CPU than nats bench, promised are %.1f", who, cost[1], c.cpu)
		}
	}
}

func rivalMedian(fs []rivalFigures, of func(rivalFigures) float64) float64 {
	var xs []float64
	for _, f := range fs {
		xs = append(xs, of(f))
	}
	return stats.Median(xs)
}

// rivalRatio returns the least, the median and the greatest ratio a/b of the rounds.
func rivalRatio(a, b []rivalFigures, of func(rivalFigures) float64) [3]float64 {
	var xs []float64
	for i := range a {
		xs = append(xs, of(a[i])/of(b[i]))
	}
	return [3]float64{slices.Min(xs), stats.Median(xs), slices.Max(xs)}
}

// rivalFigures is what a program found: deliveries, replies or acknowledgements
// a second, CPU nanoseconds of the client for each, and its most memory.
type rivalFigures struct{ rate, cpu, rssMB float64 }

// rivals is the two programs and the server between them.
type rivals struct {
	b          *testing.B
	server     *server.Server
	ours, nats string
	idle       time.Duration // CPU of a nats process that does next to nothing
}

func newRivals(b *testing.B) *rivals {
	r := &rivals{b: b, ours: os.Getenv("NATSCTL_BIN"), nats: os.Getenv("NATS_CLI")}
	if r.ours == "" || r.nats == "" {
		b.Skip("a comparison needs NATSCTL_BIN=PATH (make bench sets it) and NATS_CLI=PATH of the nats program")
	}
	r.server = startServer(b)
	var idle []float64
	for range 3 {
		p := r.start(r.nats, "bench pub x --msgs 1 --no-progress")
		p.wait()
		idle = append(idle, float64(p.cpu()))
	}
	r.idle = time.Duration(stats.Median(idle))
	return r
}

func (r *rivals) measure(c rivalCell, who string) rivalFigures {
	if c.service {
		defer r.respond()()
	}
	if who != "nats" {
		return r.measureOurs(c, who)
	}
	clients := []*rivalProcess{}
	if c.subs > 0 {
		before := r.server.NumSubscriptions()
		clients = append(clients, r.start(r.nats, fmt.Sprintf("bench sub x --clients %d --no-progress --msgs %d", c.subs, c.msgs)))
		r.await(before + uint32(c.subs))
	}
	clients = append(clients, r.start(r.nats, "bench "+c.theirs+strconv.Itoa(c.msgs)+" --no-progress"))
	var f rivalFigures
	for _, p := range clients {
		p.wait()
		f.cpu += float64(max(p.cpu()-r.idle, 0)) / float64(c.msgs*max(c.subs, 1))
		f.rssMB += p.rssMB()
	}
	f.rate = clients[0].rate() // of those who receive, where there are any
	return f
}

func (r *rivals) measureOurs(c rivalCell, who string) rivalFigures {
	p := r.start(r.ours, "bench "+c.ours[who]+strconv.Itoa(c.msgs)+" --warmup 0s -o json")
	p.wait()
	var res result.Result
	if err := json.Unmarshal(p.out.Bytes(), &res); err != nil {
		r.b.Fatalf("%v: %v: %s%s", p.cmd.Args, err, p.out.String(), p.said.String())
	}
	run := res.Runs[0]
	if want := int64(c.msgs * max(c.subs, 1)); run.Received != want || run.Lost|run.Dup|run.Corrupt|run.Errors != 0 {
		r.b.Errorf("%v: %d of %d received, lost %d, dup %d, corrupt %d, %s", p.cmd.Args, run.Received, want, run.Lost, run.Dup, run.Corrupt, run.FirstError)
	}
	return rivalFigures{rate: run.Rate.Received, cpu: run.Client.CPUNSPerMsg, rssMB: p.rssMB()}
}

// respond answers requests with nats bench, for both programs, until stopped.
func (r *rivals) respond() (stop func()) {
	before := r.server.NumSubscriptions()
	p := r.start(r.nats, "bench service serve x --size 128 --no-progress")
	r.await(before + 1)
	return func() {
		_ = p.cmd.Process.Kill() // it never ends by itself
		_ = p.cmd.Wait()
		r.settle()
	}
}

// await returns when the server has that many subscriptions.
func (r *rivals) await(n uint32) {
	r.poll("the subscriptions are missing", func() bool { return r.server.NumSubscriptions() >= n })
}

// settle returns when all clients are gone.
func (r *rivals) settle() {
	r.poll("clients stay", func() bool { return r.server.NumClients() == 0 })
}

func (r *rivals) poll(complaint string, ok func() bool) {
	ctx, cancel := context.WithTimeout(r.b.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			r.b.Fatal(complaint)
		case <-tick.C:
		}
	}
}

// rivalProcess is one program at work.
type rivalProcess struct {
	b         *testing.B
	cmd       *exec.Cmd
	out, said bytes.Buffer
}

func (r *rivals) start(bin, args string) *rivalProcess {
	p := &rivalProcess{b: r.b, cmd: exec.CommandContext(r.b.Context(), bin, append([]string{"-s", r.server.ClientURL()}, strings.Fields(args)...)...)}
	home := r.b.TempDir()
	p.cmd.Env = []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home, "XDG_STATE_HOME=" + home}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.said
	if err := p.cmd.Start(); err != nil {
		r.b.Fatal(err)
	}
	return p
}

// wait lets the process end; 3 is natsctl's doubt about a measurement, such as
// that it was as fast as its generator.
func (p *rivalProcess) wait() {
	if err := p.cmd.Wait(); err != nil && p.cmd.ProcessState.ExitCode() != 3 {
		p.b.Fatalf("%v: %v: %s%s", p.cmd.Args, err, p.out.String(), p.said.String())
	}
}

func (p *rivalProcess) cpu() time.Duration {
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// rivalRate is the last line of nats bench that tells a rate.
var rivalRate = regexp.MustCompile(`stats: ([0-9,]+) msgs/sec`)

// rate is what nats bench says that it reached.
func (p *rivalProcess) rate() float64 {
	all := rivalRate.FindAllStringSubmatch(p.out.String()+p.said.String(), -1)
	if len(all) == 0 {
		p.b.Fatalf("%v tells no rate: %s%s", p.cmd.Args, p.out.String(), p.said.String())
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(all[len(all)-1][1], ",", ""), 64)
	if err != nil {
		p.b.Fatal(err)
	}
	return v
}
