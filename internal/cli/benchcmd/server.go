package benchcmd

import (
	"context"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// benchServers is the server side of a run, as reported through the system
// account of another context.
type benchServers struct {
	client *sys.Client
	first  *fleet.Snapshot
}

// benchServerView connects to a system account.
func benchServerView(ctx context.Context, e *cli.Env, name string) (bench.ServerView, error) {
	other := inContext(e, name)
	e.OnClose(other.Close)
	client, err := other.System(ctx)
	if err != nil {
		return nil, fmt.Errorf("system context %s: %w", name, err)
	}
	first, err := client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
	if err != nil {
		return nil, fmt.Errorf("system context %s: %w", name, other.WithSaved(err, "--sys-context"))
	}
	return benchServers{client, first}, nil
}

// Known returns what the server reported about itself before the run.
func (b benchServers) Known(id string) (cores int, configDigest string) {
	for _, sv := range b.first.Servers {
		if v := sv.Varz; v != nil && v.ID == id {
			return v.Cores, v.ConfigDigest
		}
	}
	return 0, ""
}

// Watch polls all servers once a second until it is stopped.
func (b benchServers) Watch(ctx context.Context) func(context.Context) *result.ServerUse {
	ctx, cancel := context.WithCancel(ctx)
	w := &serverWatch{client: b.client, done: make(chan struct{})}
	w.poll(ctx)
	go func() {
		defer close(w.done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				w.poll(ctx)
			}
		}
	}()
	return func(last context.Context) *result.ServerUse {
		cancel()
		<-w.done
		w.poll(last)
		return w.use()
	}
}

// serverWatch collects the sums over all servers, one per poll.
type serverWatch struct {
	client *sys.Client
	done   chan struct{}
	sums   []serverSum
}

// serverSum is the sum of the counters of all servers at one instant.
type serverSum struct {
	at      time.Time
	servers int
	cpu     float64
	mem     int64
	count   [8]int64
}

// The counters of a serverSum.
const (
	inMsgs = iota
	outMsgs
	inBytes
	outBytes
	slowConsumers
	stalledClients
	staleConns
	apiErrors
)

// poll polls all servers; an incomplete answer is ignored, because its sums
// would appear to fall.
func (w *serverWatch) poll(ctx context.Context) {
	snap, err := w.client.Snapshot(ctx, fleet.Want{})
	if err != nil || snap == nil || !snap.Complete() {
		return
	}
	sum := serverSum{at: snap.Time, servers: len(snap.Servers)}
	for _, sv := range snap.Servers {
		st := sv.Statsz
		if st == nil {
			continue
		}
		sum.cpu += st.CPU
		sum.mem += st.Mem
		sum.count[inMsgs] += st.Received.Msgs
		sum.count[outMsgs] += st.Sent.Msgs
		sum.count[inBytes] += st.Received.Bytes
		sum.count[outBytes] += st.Sent.Bytes
		sum.count[slowConsumers] += st.SlowConsumers
		sum.count[stalledClients] += st.StalledClients
		sum.count[staleConns] += st.StaleConnections
		if st.JetStream != nil && st.JetStream.Stats != nil {
			sum.count[apiErrors] += int64(st.JetStream.Stats.API.Errors)
		}
	}
	w.sums = append(w.sums, sum)
}

// use returns the differences, or nil with fewer than two polls.
func (w *serverWatch) use() *result.ServerUse {
	if len(w.sums) < 2 {
		return nil
	}
	first, last := w.sums[0], w.sums[len(w.sums)-1]
	d := func(i int) int64 { return last.count[i] - first.count[i] }
	u := &result.ServerUse{
		Servers: last.servers, InMsgs: d(inMsgs), OutMsgs: d(outMsgs), InBytes: d(inBytes), OutBytes: d(outBytes),
		SlowConsumers: d(slowConsumers), StalledClients: d(stalledClients), StaleConns: d(staleConns), JSAPIErrors: d(apiErrors),
	}
	for i, s := range w.sums[1:] {
		before := w.sums[i]
		u.CPUAvg += s.cpu / float64(len(w.sums)-1)
		u.MemMB = max(u.MemMB, float64(s.mem)/(1<<20))
		u.Series = append(u.Series, result.ServerPoint{
			T: s.at.Sub(first.at).Seconds(), CPU: s.cpu, InMsgs: s.count[inMsgs] - before.count[inMsgs], OutMsgs: s.count[outMsgs] - before.count[outMsgs],
			SlowConsumers: s.count[slowConsumers] - before.count[slowConsumers], StalledClients: s.count[stalledClients] - before.count[stalledClients],
		})
	}
	return u
}
