package live

import (
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// AccountDetail is what ACCOUNTZ told of one account: its claims and what it
// shares. It is asked for one account at a time.
type AccountDetail struct {
	Info   *server.AccountInfo
	Shares []*fleet.SharingRow
	At     time.Time
}

// Details are the details by the name that the servers use.
type Details map[string]AccountDetail

// keepDetails is how many accounts' details are remembered.
const keepDetails = 1000

// extract keeps the details that a snapshot holds, and returns it without them
// and without the word of servers that do not use the account: both are of one
// account alone, and no fault.
func (a Details) extract(s *fleet.Snapshot) *fleet.Snapshot {
	if !s.Want.Has(fleet.Accountz) || s.Want.Account == "" {
		return s
	}
	info := fleet.AccountDetails(s)
	if info == nil {
		info = &server.AccountInfo{AccountName: s.Want.Account}
	}
	if len(a) >= keepDetails {
		clear(a)
	}
	_, shares := fleet.SharingRows(s)
	a[s.Want.Account] = AccountDetail{info, shares, s.Time}
	out := *s
	out.Want.Kinds = slices.DeleteFunc(slices.Clone(s.Want.Kinds), func(k fleet.Kind) bool { return k == fleet.Accountz })
	out.Want.Account = ""
	out.Problems = slices.DeleteFunc(slices.Clone(s.Problems), func(p fleet.Problem) bool { return p.Kind == fleet.Accountz })
	out.Servers = make([]*fleet.Server, len(s.Servers))
	for i, sv := range s.Servers {
		c := *sv
		c.Accountz = nil
		out.Servers[i] = &c
	}
	return &out
}

// limits fills in what the claims of the account allow; of an account without
// claims only JetStream's limits are told.
func (d AccountDetail) limits(u *usage) {
	if d.Info == nil || d.Info.Claim == nil {
		return
	}
	l := d.Info.Claim.Limits
	u.maxConns, u.maxLeafs = l.Conn, l.LeafNodeConn
	if l.JetStreamTieredLimits == nil {
		u.maxStreams, u.maxConsumers = l.Streams, l.Consumer
	}
}
