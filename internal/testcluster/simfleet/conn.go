package simfleet

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// A client library as connections name it.
type library struct{ lang, version string }

var libraries = []library{{"go", "1.48.0"}, {"nats.js", "3.1.0"}, {"python3", "2.11.0"}, {"java", "2.22.0"}, {"rust", "0.44.0"}, {".NET", "2.6.8"}}

// firstCid is the cid of a server's first client.
const firstCid = 101

// conn is the k-th client of the server, the same one each time it is asked for.
func (n *node) conn(k int, o server.ConnzOptions) *server.ConnInfo {
	r := n.fleet.dice(5, uint64(n.index), uint64(k)) //nolint:gosec // indexes
	lib, now := libraries[r.IntN(len(libraries))], n.fleet.now()
	age := time.Duration(r.Int64N(int64(n.started))) + n.fleet.Age()
	idle := time.Duration(r.IntN(3000)) * time.Millisecond
	share := 0.5 + r.Float64()
	in := int64(float64(n.rate) * share * age.Seconds() / float64(max(1, n.fleet.spec.Conns)))
	c := &server.ConnInfo{
		Cid: uint64(firstCid + 2*k), Kind: "Client", Type: "nats", IP: fmt.Sprintf("10.200.%d.%d", k>>8&0xff, k&0xff), Port: 30000 + k%30000, //nolint:gosec // an index
		Start: now.Add(-age), LastActivity: now.Add(-idle), RTT: (time.Duration(200+r.IntN(3000)) * time.Microsecond).String(),
		Uptime: uptime(age), Idle: uptime(idle), InMsgs: in, InBytes: in * msgSize, OutMsgs: 2 * in, OutBytes: 2 * in * msgSize,
		NumSubs: uint32(1 + r.IntN(9)), Name: fmt.Sprintf("service-%d-%d", k%17, k), Lang: lib.lang, Version: lib.version, //nolint:gosec // small
	}
	if o.Username {
		c.Account = account(k % n.fleet.spec.Accounts)
		c.NameTag = c.Account
		c.AuthorizedUser = fmt.Sprintf("user%02d", k%n.fleet.spec.Accounts+1)
	}
	for i := range c.NumSubs {
		subject := fmt.Sprintf("service.%d.%d", k%17, i)
		if o.SubscriptionsDetail {
			c.SubsDetail = append(c.SubsDetail, server.SubDetail{Subject: subject, Sid: fmt.Sprint(i + 1), Msgs: in / 9, Cid: c.Cid})
		} else if o.Subscriptions {
			c.Subs = append(c.Subs, subject)
		}
	}
	return c
}

// closed are the numbers of the clients that have left.
func (n *node) closed() []int {
	out := make([]int, n.fleet.spec.Conns/10)
	for i := range out {
		out[i] = n.fleet.spec.Conns + i
	}
	return out
}

func (n *node) connz(o server.ConnzOptions) (*server.Connz, error) {
	order, ok := connOrders[cmp.Or(o.Sort, server.ByCid)]
	if !ok {
		return nil, fmt.Errorf("invalid sorting option: %s", o.Sort)
	}
	var all []*server.ConnInfo
	if o.State != server.ConnClosed {
		for k := range n.fleet.spec.Conns {
			all = append(all, n.conn(k, o))
		}
	}
	if o.State != server.ConnOpen {
		for _, k := range n.closed() {
			c := n.conn(k, o)
			stop := c.LastActivity
			c.Stop, c.Reason = &stop, "Client Closed"
			all = append(all, c)
		}
	}
	total := len(all)
	all = slices.DeleteFunc(all, func(c *server.ConnInfo) bool { return !n.wanted(c, o) })
	slices.SortStableFunc(all, order)
	offset, limit := max(o.Offset, 0), cmp.Or(o.Limit, server.DefaultConnListSize)
	z := &server.Connz{ID: n.info.ID, Now: n.fleet.now(), Total: total, Offset: offset, Limit: limit}
	z.Conns = append([]*server.ConnInfo{}, all[min(offset, len(all)):min(offset+limit, len(all))]...)
	z.NumConns = len(z.Conns)
	return z, nil
}

// wanted applies the options that select connections. As with real servers account and user need the option auth.
func (n *node) wanted(c *server.ConnInfo, o server.ConnzOptions) bool {
	switch {
	case o.CID != 0:
		return c.Cid == o.CID
	case o.User != "" && c.AuthorizedUser != o.User:
		return false
	case o.Account != "" && account(int(c.Cid-firstCid)/2%n.fleet.spec.Accounts) != o.Account: //nolint:gosec // small
		return false
	}
	return true
}

// connOrders are the orders in which a server sorts; all but the first are descending.
var connOrders = map[server.SortOpt]func(a, b *server.ConnInfo) int{
	server.ByCid:      func(a, b *server.ConnInfo) int { return cmp.Compare(a.Cid, b.Cid) },
	server.ByOutMsgs:  func(a, b *server.ConnInfo) int { return cmp.Compare(b.OutMsgs, a.OutMsgs) },
	server.ByInMsgs:   func(a, b *server.ConnInfo) int { return cmp.Compare(b.InMsgs, a.InMsgs) },
	server.ByOutBytes: func(a, b *server.ConnInfo) int { return cmp.Compare(b.OutBytes, a.OutBytes) },
	server.ByInBytes:  func(a, b *server.ConnInfo) int { return cmp.Compare(b.InBytes, a.InBytes) },
	server.BySubs:     func(a, b *server.ConnInfo) int { return cmp.Compare(b.NumSubs, a.NumSubs) },
	server.ByPending:  func(a, b *server.ConnInfo) int { return cmp.Compare(b.Pending, a.Pending) },
	server.ByIdle:     func(a, b *server.ConnInfo) int { return a.LastActivity.Compare(b.LastActivity) },
	server.ByUptime:   func(a, b *server.ConnInfo) int { return a.Start.Compare(b.Start) },
}
