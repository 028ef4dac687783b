package bench

import (
	"context"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
)

// Progress is the state of a run, reported about once a second.
type Progress struct {
	Run      int     // 1 for the first
	Runs     int     // planned
	Phase    string  // connect, probe, warm-up, measure, drain, clean up
	Second   float64 // of the measurement; negative before it
	Duration float64 // of the measurement in seconds; 0 if only the messages are known
	Sent     int64   // in the last whole second
	Received int64
	P99US    float64 // of the last whole second; 0: nothing received
	Backlog  int64   // messages in flight
}

// stages records how long each stage of a run took and reports progress once a second.
type stages struct {
	run  *run
	rep  *result.Run
	name string
	from time.Time
	end  chan struct{}
	gone chan struct{}
	now  chan string
}

func newStages(ctx context.Context, r *run, w workload, rep *result.Run, o options) *stages {
	p := &stages{run: r, rep: rep, end: make(chan struct{}), gone: make(chan struct{}), now: make(chan string, 8)}
	go p.show(ctx, w, o)
	return p
}

// enter ends the current stage and begins the next.
func (p *stages) enter(name string) {
	p.recordStage()
	p.name, p.from = name, time.Now()
	p.now <- name
}

func (p *stages) recordStage() {
	if p.name != "" {
		p.rep.Phases = append(p.rep.Phases, result.PhaseTime{Name: p.name, Seconds: time.Since(p.from).Seconds()})
	}
}

// stop ends the last stage and the progress.
func (p *stages) stop() {
	p.recordStage()
	close(p.end)
	<-p.gone
}

// show calls the watcher once a second, and when the phase changes.
func (p *stages) show(ctx context.Context, w workload, o options) {
	defer close(p.gone)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	cur := Progress{Run: p.rep.N, Runs: o.runs, Duration: p.run.spec.Length().Seconds()}
	for {
		select {
		case <-p.end:
			return
		case cur.Phase = <-p.now:
		case <-tick.C:
		}
		p.fill(ctx, &cur, w)
		o.watch(cur)
	}
}

func (p *stages) fill(ctx context.Context, cur *Progress, w workload) {
	if cur.Phase != "measure" && cur.Phase != "drain" {
		return
	}
	start := p.run.line.Start()
	if start == 0 {
		return
	}
	cur.Second = float64(p.run.clock.Now()-start) / 1e9
	cur.Backlog = max(w.missing(ctx), 0)
	last := lastSecond(p.run.line.Windows(), int(cur.Second)-1)
	cur.Sent, cur.Received, cur.P99US = last.Sent, last.Received, float64(last.P99)/1e3
}

// lastSecond returns the window of the last whole second, or of the one before if
// no worker has flushed it yet. Workers flush a second with their next message:
// without messages for longer, there is no window.
func lastSecond(ws []hist.Window, second int) hist.Window {
	i := min(second, len(ws)-1)
	if i < 0 || i < second-1 {
		return hist.Window{}
	}
	return ws[i]
}
