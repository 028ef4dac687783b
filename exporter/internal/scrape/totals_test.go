package scrape

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
)

// count is an account on a server with these counters.
func count(id, account string, n int64) *Account {
	stat := &server.AccountStat{Account: account, Name: account + "-name", Conns: 2, LeafNodes: 3, NumSubs: 4, SlowConsumers: 5 * n}
	stat.Sent.Msgs, stat.Sent.Bytes, stat.Received.Msgs, stat.Received.Bytes = n, 10*n, 100*n, 1000*n
	return &Account{&fleet.Server{Info: server.ServerInfo{ID: id, Name: "name of " + id, Cluster: "c", Version: "2.10.0"}}, stat}
}

func TestAccountsAreSummed(t *testing.T) {
	var totals Totals
	list := []*Account{count("A", "ONE", 7), count("A", "TWO", 1), count("B", "ONE", 5)}
	rows := totals.Sum(list, time.Unix(0, 0))
	if len(rows) != 2 {
		t.Fatalf("%d rows", len(rows))
	}
	one := rows[0]
	if one.Account != "ONE" || one.Name != "ONE-name" || one.Server.Info.Name != NameAll || one.Server.Info.ID != "" || one.Server.Info.Cluster != "" || one.Server.Info.Version != "2.10.0" {
		t.Errorf("%+v on %+v", one.AccountStat, one.Server.Info)
	}
	if one.Conns != 4 || one.LeafNodes != 6 || one.NumSubs != 8 || one.SlowConsumers != 60 || one.Sent.Msgs != 12 || one.Sent.Bytes != 120 || one.Received.Msgs != 1200 || one.Received.Bytes != 12000 {
		t.Errorf("%+v", one.AccountStat)
	}
	if list[0].Conns != 2 || list[0].Sent.Msgs != 7 {
		t.Errorf("the snapshot itself changed: %+v", list[0].AccountStat)
	}
}

// The sum never falls, whether servers leave, come back, start again or unload an
// account.
func TestTotalsNeverFall(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var totals Totals
		counters, life := map[int]int64{}, map[int]int{}
		before := int64(0)
		present := map[int]bool{0: true, 1: true, 2: true}
		for step := range rapid.IntRange(1, 30).Draw(r, "steps") {
			for i := range 3 {
				switch rapid.SampledFrom([]string{"", "", "leaves", "comes", "starts again", "unloads"}).Draw(r, "what") {
				case "leaves":
					present[i] = false
				case "comes":
					present[i] = true
				case "starts again":
					life[i]++
					counters[i] = 0
				case "unloads":
					if present[i] {
						counters[i] = 0
					}
				}
			}
			var list []*Account
			for i := range 3 {
				if present[i] {
					n := rapid.Int64Range(0, 50).Draw(r, "n")
					counters[i] += n
					list = append(list, count(fmt.Sprint(i, "-", life[i]), "A", counters[i]))
				}
			}
			if len(list) == 0 {
				continue
			}
			got := totals.Sum(list, time.Unix(int64(step), 0))[0].Sent.Msgs
			if got < before {
				r.Fatalf("fell from %d to %d", before, got)
			}
			before = got
		}
	})
}

// A server that was away counts on from where it was, not from the start.
func TestTotalsOfAServerThatWasAway(t *testing.T) {
	var totals Totals
	at := func(minute int, list ...*Account) int64 {
		return totals.Sum(list, time.Unix(int64(60*minute), 0))[0].Sent.Msgs
	}
	for i, tt := range []struct {
		list []*Account
		want int64
	}{
		{[]*Account{count("A", "X", 10), count("B", "X", 100)}, 110},
		{[]*Account{count("A", "X", 11)}, 111},
		{[]*Account{count("A", "X", 11), count("B", "X", 105)}, 116},
		{[]*Account{count("A", "X", 2), count("B", "X", 105)}, 118}, // unloaded on A meanwhile
		{[]*Account{count("A", "X", 2), count("B2", "X", 40)}, 158}, // B started again
		{[]*Account{count("A", "X", 3), count("B2", "X", 41)}, 160},
	} {
		if got := at(i, tt.list...); got != tt.want {
			t.Errorf("%d: %d, want %d", i, got, tt.want)
		}
	}
	at(100, count("A", "X", 3))
	if len(totals.last) != 1 {
		t.Errorf("%d servers are remembered after an hour", len(totals.last))
	}
}

// Accounts have rows of their own up to the limit.
func TestAccountsAreFoldedAboveTheLimit(t *testing.T) {
	snap := &fleet.Snapshot{Time: time.Unix(1, 0)}
	for i := range 3 {
		sv := count(fmt.Sprint(i), "A", 1).Server
		sv.AccountStatz = &server.AccountStatz{Accounts: []*server.AccountStat{count("", "A", 1).AccountStat, count("", "B", 1).AccountStat}}
		snap.Servers = append(snap.Servers, sv)
	}
	for limit, want := range map[int]int{0: 6, 6: 6, 5: 2} {
		if v := NewView(&Settings{AccountRows: limit}, snap, Extras{Totals: &Totals{}}); len(v.Accounts) != want {
			t.Errorf("limit %d: %d rows, want %d", limit, len(v.Accounts), want)
		}
	}
}
