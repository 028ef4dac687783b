package fleet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// begun is when the random servers started.
var begun = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// TestDeltaOfAnything compares snapshots of random counters, clocks, restarts
// and gaps: a rate of a counter is never negative, every rate is finite, one
// that is not known holds no number, and sums are those of their parts.
func TestDeltaOfAnything(t *testing.T) {
	for seed := range uint64(4000) {
		r := dice{rand.New(rand.NewPCG(seed, 1))}
		before, after := r.snapshot(0), r.snapshot(1)
		d := NewDelta(before, after)
		for what, rate := range d.all() {
			if problem := rate.wrong(); problem != "" {
				t.Fatalf("seed %d: %s: %s: %+v", seed, what, problem, rate.Rate)
			}
		}
		if problem := d.sums(); problem != "" {
			t.Fatalf("seed %d: %s", seed, problem)
		}
	}
}

// measured is a rate, and whether what it measures may fall.
type measured struct {
	Rate
	falls bool
}

func (m measured) wrong() string {
	switch {
	case !m.Known && m.Rate != Rate{}:
		return "a number stands where nothing is known"
	case math.IsNaN(m.PerSecond) || math.IsInf(m.PerSecond, 0) || math.IsNaN(m.Increase) || math.IsInf(m.Increase, 0):
		return "not finite"
	case !m.falls && (m.PerSecond < 0 || m.Increase < 0):
		return "a counter that falls"
	}
	return ""
}

// all yields every rate of the delta with its name.
func (d *Delta) all() func(func(string, measured) bool) {
	out := map[string]measured{}
	flow := func(name string, t Traffic) {
		out[name+" in"], out[name+" out"] = measured{Rate: t.InMsgs}, measured{Rate: t.OutMsgs}
		out[name+" in bytes"], out[name+" out bytes"] = measured{Rate: t.InBytes}, measured{Rate: t.OutBytes}
	}
	for _, sd := range d.Servers {
		flow(sd.ID, sd.Traffic)
		flow(sd.ID+" clients", sd.Clients)
		out[sd.ID+" connections"] = measured{sd.Connections, true}
		for i, rate := range []Rate{sd.NewConnections, sd.SlowConsumers, sd.StaleConnections, sd.StalledClients, sd.APIRequests, sd.APIErrors} {
			out[fmt.Sprint(sd.ID, " counter ", i)] = measured{Rate: rate}
		}
		for cid := range sd.conns {
			flow(fmt.Sprint(sd.ID, " conn ", cid), sd.Conn(cid))
			out[fmt.Sprint(sd.ID, " pending ", cid)] = measured{sd.Pending(cid), true}
		}
		for id, route := range sd.routes {
			flow(sd.ID+" route "+id, route)
		}
		for name, account := range sd.accounts {
			flow(sd.ID+" account "+name, account)
		}
	}
	for key, s := range d.streams {
		out["stream "+key.stream], out["growth of "+key.stream] = measured{Rate: s.Msgs}, measured{s.Bytes, true}
	}
	return func(yield func(string, measured) bool) {
		for name, rate := range out {
			if !yield(name, rate) {
				return
			}
		}
	}
}

// sums compares the totals with their parts.
func (d *Delta) sums() string {
	total, servers := d.Total()
	in, n, app, known := 0.0, 0, 0.0, true
	for _, sd := range d.Servers {
		if sd.Traffic.Known() {
			in, n = in+sd.Traffic.InMsgs.PerSecond, n+1
		}
		if account, ok := sd.accounts["APP"]; ok {
			app, known = app+account.InMsgs.PerSecond, known && account.Known()
		}
	}
	if servers != n || math.Abs(total.InMsgs.PerSecond-in) > 1e-9*math.Abs(in) {
		return fmt.Sprintf("total %v of %d servers, their sum %v of %d", total.InMsgs, servers, in, n)
	}
	if got := d.Account("APP"); got.Known() && (!known || math.Abs(got.InMsgs.PerSecond-app) > 1e-9*math.Abs(app)) {
		return fmt.Sprintf("account %v, its parts %v, known: %v", got.InMsgs, app, known)
	}
	return ""
}

// dice makes random answers, many of them at the edge of what a number holds.
type dice struct{ *rand.Rand }

func (r dice) one(in int) bool { return r.IntN(in) == 0 }

func (r dice) count() int64 {
	switch r.IntN(8) {
	case 0:
		return 0
	case 1:
		return math.MaxInt64 - r.Int64N(3)
	case 2:
		return -r.Int64N(100)
	case 3:
		return math.MinInt64 + r.Int64N(3)
	}
	return r.Int64N(1e9)
}

func (r dice) data() server.DataStats {
	return server.DataStats{MsgBytes: server.MsgBytes{Msgs: r.count(), Bytes: r.count()}}
}

// clock is an instant around the given second, or none, or one far away.
func (r dice) clock(sec int) time.Time {
	at := begun.Add(time.Duration(sec) * 2 * time.Second)
	switch r.IntN(8) {
	case 0:
		return time.Time{}
	case 1:
		return at.Add(time.Duration(r.Int64N(int64(100*time.Hour))) - 50*time.Hour)
	case 2:
		return begun
	}
	return at.Add(time.Duration(r.Int64N(int64(300 * time.Millisecond))))
}

func (r dice) snapshot(sec int) *Snapshot {
	s := &Snapshot{Schema: Schema, Time: r.clock(sec), TookSeconds: r.Float64()}
	for _, name := range []string{"a", "b", "c"} {
		switch {
		case r.one(8):
			continue
		case r.one(10):
			s.Missing = append(s.Missing, Missing{Name: name, Reason: Silent})
		default:
			s.Servers = append(s.Servers, r.server(name, sec))
		}
	}
	return s
}

func (r dice) server(name string, sec int) *Server {
	id := name
	if r.one(8) {
		id += "-again"
	}
	at := r.clock(sec)
	sv := &Server{Info: server.ServerInfo{ID: id, Name: name, Version: "2.15.2", Time: at}}
	if !r.one(8) {
		sv.Statsz = &server.ServerStats{
			Start: begun, Received: r.data(), Sent: r.data(), ReceivedFromClients: r.data(), SentToClients: r.data(),
			Connections: int(r.count()), TotalConnections: uint64(r.count()), SlowConsumers: r.count(), StalledClients: r.count(),
		}
	}
	if !r.one(4) {
		sv.Connz = &server.Connz{Now: r.clock(sec), Conns: []*server.ConnInfo{
			{Cid: 1, Start: begun, Pending: r.IntN(100), InMsgs: r.count(), OutMsgs: r.count(), InBytes: r.count(), OutBytes: r.count()},
		}}
		sv.Routez = &server.Routez{Now: r.clock(sec)}
		for rid := range uint64(2) {
			sv.Routez.Routes = append(sv.Routez.Routes, &server.RouteInfo{Rid: rid, RemoteID: "b", InMsgs: r.count(), OutMsgs: r.count(), InBytes: r.count()})
		}
		sv.AccountStatz = &server.AccountStatz{Now: r.clock(sec), Accounts: []*server.AccountStat{{Account: "APP", Received: r.data(), Sent: r.data()}}}
		st := server.StreamDetail{Name: "S", Created: begun, Cluster: &server.ClusterInfo{Leader: string("abc"[r.IntN(3)])}}
		st.State.LastSeq, st.State.Bytes = uint64(r.count()), uint64(r.count())
		sv.Jsz = &server.JSInfo{Now: r.clock(sec), AccountDetails: []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{st}}}}
	}
	return sv
}
