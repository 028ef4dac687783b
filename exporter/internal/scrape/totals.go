package scrape

import (
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// totalsMemory is how long the counters of a server that does not answer are
// remembered.
const totalsMemory = time.Hour

// Totals adds up the counters of an account over all servers. A plain sum would
// fall when a server leaves, which Prometheus takes for a reset: Totals adds
// what each server counted since the last scrape. It is safe for concurrent use;
// the zero value is ready to use.
type Totals struct {
	mu   sync.Mutex
	last map[string]*lastCounts // by server id
	sums map[string]*accountCounts
}

// lastCounts are the counters of one server in the last scrape that it answered.
type lastCounts struct {
	seen     time.Time
	accounts map[string]accountCounts
}

// accountCounts are the counters of an account.
type accountCounts struct {
	seen           time.Time
	sent, received server.MsgBytes
	slow           int64
}

// Sum returns one row for each account: its gauges in this snapshot, and its
// counters since the first one.
func (t *Totals) Sum(list []*Account, now time.Time) []*Account {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last == nil {
		t.last, t.sums = map[string]*lastCounts{}, map[string]*accountCounts{}
	}
	at := map[string]*Account{}
	var out []*Account
	for _, a := range list {
		sum := at[a.Account]
		if sum == nil {
			stat := *a.AccountStat
			stat.Conns, stat.LeafNodes, stat.NumSubs, stat.Sent, stat.Received = 0, 0, 0, server.DataStats{}, server.DataStats{}
			sum = &Account{Server: everyServer(a.Server), AccountStat: &stat}
			at[a.Account] = sum
			out = append(out, sum)
		}
		sum.Conns += a.Conns
		sum.LeafNodes += a.LeafNodes
		sum.NumSubs += a.NumSubs
		t.add(a, now)
	}
	for _, sum := range out {
		counts := t.sums[sum.Account]
		sum.Sent.MsgBytes, sum.Received.MsgBytes, sum.SlowConsumers = counts.sent, counts.received, counts.slow
	}
	t.forget(now)
	return out
}

// add adds what a server counted since the last scrape.
func (t *Totals) add(a *Account, now time.Time) {
	server := t.last[a.Server.Info.ID]
	if server == nil {
		server = &lastCounts{accounts: map[string]accountCounts{}}
		t.last[a.Server.Info.ID] = server
	}
	server.seen = now
	before, is := server.accounts[a.Account], accountCounts{now, a.Sent.MsgBytes, a.Received.MsgBytes, a.SlowConsumers}
	server.accounts[a.Account] = is
	sum := t.sums[a.Account]
	if sum == nil {
		sum = &accountCounts{}
		t.sums[a.Account] = sum
	}
	sum.seen = now
	for _, c := range []struct {
		sum          *int64
		before, this int64
	}{
		{&sum.sent.Msgs, before.sent.Msgs, is.sent.Msgs},
		{&sum.sent.Bytes, before.sent.Bytes, is.sent.Bytes},
		{&sum.received.Msgs, before.received.Msgs, is.received.Msgs},
		{&sum.received.Bytes, before.received.Bytes, is.received.Bytes},
		{&sum.slow, before.slow, is.slow},
	} {
		if c.this < c.before { // the account was unloaded meanwhile, and counts anew
			c.before = 0
		}
		*c.sum += c.this - c.before
	}
}

// forget drops servers and accounts that have not been seen for long.
func (t *Totals) forget(now time.Time) {
	for id, l := range t.last {
		if now.Sub(l.seen) > totalsMemory {
			delete(t.last, id)
		}
	}
	for name, sum := range t.sums {
		if now.Sub(sum.seen) > totalsMemory {
			delete(t.sums, name)
		}
	}
}

// everyServer stands for all servers in a row that sums them. It has the version
// of one of them, by which rows decide what is known.
func everyServer(sv *fleet.Server) *fleet.Server {
	return &fleet.Server{Info: server.ServerInfo{Name: NameAll, Version: sv.Info.Version}}
}
