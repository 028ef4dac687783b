package fleet

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// newServerDelta compares two answers of one server; before may be nil. wall
// is the time between the snapshots by the observer's clock.
func newServerDelta(before, after *Server, wall float64) *ServerDelta {
	sd := &ServerDelta{ID: after.Info.ID, Name: after.Info.Name, Cluster: after.Info.Cluster, Change: Same}
	switch {
	case before == nil:
		sd.Change = Appeared
	case before.Info.ID != after.Info.ID, startedAnew(before, after):
		sd.Change = Restarted
	}
	if sd.Change != Same {
		// Keep the entries with unknown rates, so that sums over servers are unknown
		// too.
		before, wall = &Server{}, 0
	} else {
		sd.ElapsedSeconds = elapsed(before.Info.Time, after.Info.Time, wall)
	}
	sd.compareStatsz(before, after)
	sd.compareSubs(before, after, wall)
	sd.compareConns(before, after, wall)
	sd.compareRoutes(before, after, wall)
	sd.compareGateways(before, after, wall)
	sd.compareLeafs(before, after, wall)
	sd.compareAccounts(before, after, wall)
	return sd
}

func startedAnew(before, after *Server) bool {
	return before.Statsz != nil && after.Statsz != nil && !before.Statsz.Start.Equal(after.Statsz.Start)
}

// elapsed is the time between two answers by the server's clock if they contain
// its time, else wall. It is 0 if both have the same time or are in the wrong
// order.
func elapsed(before, after time.Time, wall float64) float64 {
	switch {
	case wall <= 0:
		return 0
	case before.IsZero(), after.IsZero():
		return wall
	}
	return max(after.Sub(before).Seconds(), 0)
}

func (sd *ServerDelta) compareStatsz(before, after *Server) {
	a, b := before.Statsz, after.Statsz
	if a == nil || b == nil {
		return
	}
	sec := sd.ElapsedSeconds
	sd.Traffic = statszCounters(b.Received, b.Sent).rates(statszCounters(a.Received, a.Sent), sec)
	if Reports(after.Info.Version, FieldClientTraffic) {
		sd.Clients = statszCounters(b.ReceivedFromClients, b.SentToClients).
			rates(statszCounters(a.ReceivedFromClients, a.SentToClients), sec)
	}
	sd.Connections = gaugeRate(a.Connections, b.Connections, sec)
	sd.NewConnections = counterRate(a.TotalConnections, b.TotalConnections, sec)
	sd.SlowConsumers = counterRate(a.SlowConsumers, b.SlowConsumers, sec)
	if Reports(after.Info.Version, FieldStaleConnections) {
		sd.StaleConnections = counterRate(a.StaleConnections, b.StaleConnections, sec)
	}
	if Reports(after.Info.Version, FieldStalledClients) {
		sd.StalledClients = counterRate(a.StalledClients, b.StalledClients, sec)
	}
	if x, y := jsStats(a), jsStats(b); x != nil && y != nil {
		sd.APIRequests = counterRate(x.API.Total, y.API.Total, sec)
		sd.APIErrors = counterRate(x.API.Errors, y.API.Errors, sec)
	}
}

func jsStats(s *server.ServerStats) *server.JetStreamStats {
	if s.JetStream == nil {
		return nil
	}
	return s.JetStream.Stats
}

func statszCounters(in, out server.DataStats) Counters {
	return Counters{InMsgs: in.Msgs, InBytes: in.Bytes, OutMsgs: out.Msgs, OutBytes: out.Bytes}
}

func (sd *ServerDelta) compareSubs(before, after *Server, wall float64) {
	if before.Subsz == nil || after.Subsz == nil || before.Subsz.SublistStats == nil || after.Subsz.SublistStats == nil {
		return
	}
	a, b, sec := before.Subsz, after.Subsz, elapsed(before.Subsz.Now, after.Subsz.Now, wall)
	sd.Inserts = counterRate(a.NumInserts, b.NumInserts, sec)
	sd.Removes = counterRate(a.NumRemoves, b.NumRemoves, sec)
	sd.Matches = counterRate(a.NumMatches, b.NumMatches, sec)
}

// connDelta is what changed on one connection.
type connDelta struct {
	Traffic
	pending Rate
}

func (sd *ServerDelta) compareConns(before, after *Server, wall float64) {
	if after.Connz == nil {
		return
	}
	old := orZero(before.Connz)
	sec := elapsed(old.Now, after.Connz.Now, wall)
	past := keyed(old.Conns, func(c *server.ConnInfo) uint64 { return c.Cid })
	sd.conns = make(map[uint64]connDelta, len(after.Connz.Conns))
	for _, c := range after.Connz.Conns {
		if p := past[c.Cid]; p != nil && p.Start.Equal(c.Start) {
			sd.conns[c.Cid] = connDelta{connCounters(c).rates(connCounters(p), sec), gaugeRate(p.Pending, c.Pending, sec)}
		}
	}
}

func connCounters(c *server.ConnInfo) Counters {
	return Counters{InMsgs: c.InMsgs, OutMsgs: c.OutMsgs, InBytes: c.InBytes, OutBytes: c.OutBytes}
}

func (sd *ServerDelta) compareAccounts(before, after *Server, wall float64) {
	if after.AccountStatz == nil {
		return
	}
	old := orZero(before.AccountStatz)
	sec := elapsed(old.Now, after.AccountStatz.Now, wall)
	past := keyed(old.Accounts, func(a *server.AccountStat) string { return a.Account })
	sd.accounts = make(map[string]Traffic, len(after.AccountStatz.Accounts))
	for _, a := range after.AccountStatz.Accounts {
		t := Traffic{}
		if p := past[a.Account]; p != nil {
			t = statszCounters(a.Received, a.Sent).rates(statszCounters(p.Received, p.Sent), sec)
		}
		sd.accounts[a.Account] = t
	}
}

// orZero returns *p, or the zero value if p is nil.
func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// keyed indexes a list by a key of its items.
func keyed[K comparable, T any](list []T, key func(T) K) map[K]T {
	m := make(map[K]T, len(list))
	for _, item := range list {
		m[key(item)] = item
	}
	return m
}
