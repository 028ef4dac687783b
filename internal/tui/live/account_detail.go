package live

import (
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// AccountDetail is what ACCOUNTZ reports for one account: its claims, imports
// and exports. It is requested for one account at a time.
type AccountDetail struct {
	Info   *server.AccountInfo
	Shares []*fleet.SharingRow
	At     time.Time
}

// Details are the details by the name that the servers use.
type Details map[string]AccountDetail

// keepDetails is the maximum number of accounts whose details are kept.
const keepDetails = 1000

// extract keeps the details in a snapshot and returns the snapshot without
// them, and without the problems of servers that do not have the account
// loaded: these concern one account only and are not errors.
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

// limits sets the limits from the account's claims; for an account without
// claims only the JetStream limits are known.
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
