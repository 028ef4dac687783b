package simfleet

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats-server/v2/server"
)

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (n *node) healthz() *server.HealthStatus {
	return &server.HealthStatus{Status: "ok", StatusCode: 200}
}

func (n *node) accountz(o server.AccountzOptions) (*server.Accountz, error) {
	z := &server.Accountz{ID: n.info.ID, Now: n.fleet.now(), SystemAccount: systemAccount}
	names := []string{"$G", systemAccount}
	for i := range n.fleet.spec.Accounts {
		names = append(names, account(i))
	}
	if o.Account == "" {
		z.Accounts = names
		return z, nil
	}
	for i, name := range names {
		if name == o.Account {
			z.Account = &server.AccountInfo{
				AccountName: name, LastUpdate: n.start(), IsSystem: name == systemAccount, Complete: true, JetStream: i > 1,
				ClientCnt: n.clientsOf(i - 2), SubCnt: uint32(5 * n.clientsOf(i-2)), //nolint:gosec // small
			}
			return z, nil
		}
	}
	return nil, fmt.Errorf("Account %s does not exist", o.Account) //nolint:staticcheck // the server's message
}

// clientsOf is how many clients of the i-th account the server has.
func (n *node) clientsOf(i int) int {
	accounts, conns := n.fleet.spec.Accounts, n.fleet.spec.Conns
	if i < 0 || i >= accounts {
		return 0
	}
	return (conns + accounts - 1 - i) / accounts
}

func (n *node) accountStatz(o server.AccountStatzOptions) *server.AccountStatz {
	z := &server.AccountStatz{ID: n.info.ID, Now: n.fleet.now(), Accounts: []*server.AccountStat{}}
	for i := range n.fleet.spec.Accounts {
		name, conns := account(i), n.clientsOf(i)
		if !selected(name, o.Accounts) || conns == 0 && !o.IncludeUnused {
			continue
		}
		share := float64(conns) / float64(max(1, n.fleet.spec.Conns))
		z.Accounts = append(z.Accounts, &server.AccountStat{
			Account: name, Name: name, Conns: conns, TotalConns: conns, NumSubs: uint32(5 * conns), //nolint:gosec // small
			Sent: server.DataStats{MsgBytes: n.data(share * shareOut)}, Received: server.DataStats{MsgBytes: n.data(share)},
		})
	}
	return z
}

// selected reports whether a name is among those asked for; none asked for means all.
func selected(name string, wanted []string) bool {
	for _, w := range wanted {
		if w == name {
			return true
		}
	}
	return len(wanted) == 0
}

func (n *node) subsz() *server.Subsz {
	subs := n.subs()
	return &server.Subsz{
		ID: n.info.ID, Now: n.fleet.now(), Limit: server.DefaultSubListSize,
		SublistStats: &server.SublistStats{
			NumSubs: subs, NumCache: subs / 2, NumInserts: uint64(subs) * 2, NumRemoves: uint64(subs), CacheHitRate: 0.97,
			NumMatches: uint64(n.total(float64(n.rate))), MaxFanout: 12, AvgFanout: shareOut, //nolint:gosec // never negative
		},
	}
}

func (*node) ipqueuesz() server.IpqueueszStatus {
	return server.IpqueueszStatus{"System sendQ": {Pending: 0}, "JetStream API queue": {Pending: 1, InProgress: 1}}
}

func (n *node) expvarz() *server.ExpvarzStatus {
	return &server.ExpvarzStatus{
		Memstats: json.RawMessage(fmt.Sprintf(`{"HeapAlloc":%d,"NumGC":%d}`, n.mem()/2, n.total(0.1))),
		Cmdline:  json.RawMessage(`["nats-server","-c","/etc/nats.conf"]`),
	}
}

// peerID is the id of a raft peer, which servers derive from its name (nats-server, events.go).
func peerID(name string) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := sha256.Sum256([]byte(name))
	id := sum[:8]
	for i := range id {
		id[i] = digits[int(id[i])%len(digits)]
	}
	return string(id)
}
