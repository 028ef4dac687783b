package fleet

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
)

// ConnRow is one connection of the fleet.
type ConnRow struct {
	Server        *Server
	Info          *server.ConnInfo
	AccountName   string // display name of its account
	Traffic       Traffic
	UptimeSeconds float64 // up to now by the server's clock, or until it was closed
	Leaf          bool    // from LEAFZ, which reports no start, no activity and no pending bytes
	IdleSeconds   float64 // since the last message, ping or subscription; until it was closed
}

// ConnRows returns every connection once, by server and cid. Delta may be nil.
func ConnRows(s *Snapshot, d *Delta) []*ConnRow {
	var rows []*ConnRow
	names := NewAccountNames(s)
	for _, sv := range s.Servers {
		if sv.Connz == nil {
			continue
		}
		rates := d.Server(sv.Info.ID)
		for _, c := range sv.Connz.Conns {
			end := sv.Connz.Now
			if c.Stop != nil {
				end = *c.Stop
			}
			rows = append(rows, &ConnRow{
				Server: sv, Info: c, AccountName: names.Name(c.Account), Traffic: rates.Conn(c.Cid),
				UptimeSeconds: between(c.Start, end), IdleSeconds: between(c.LastActivity, end),
			})
		}
	}
	return rows
}

// Own reports whether a connection is natsctl's own, judged by the name that its
// client gave itself.
func (r *ConnRow) Own() bool {
	plain := (r.Info.Kind == "Client" || r.Info.Kind == "") && (r.Info.Type == "nats" || r.Info.Type == "")
	return plain && strings.HasPrefix(r.Info.Name, "natsctl ")
}

// LeafRows returns the leaf connections that LEAFZ lists and CONNZ omits
// (servers from 2.11 on), as rows of the same type. Delta may be nil.
func LeafRows(s *Snapshot, d *Delta) []*ConnRow {
	var rows []*ConnRow
	names := NewAccountNames(s)
	for _, sv := range s.Servers {
		if sv.Connz == nil || sv.Leafz == nil {
			continue
		}
		listed := map[uint64]bool{}
		for _, c := range sv.Connz.Conns {
			listed[c.Cid] = true
		}
		rates := d.Server(sv.Info.ID)
		for _, l := range sv.Leafz.Leafs {
			if l == nil || l.ID == 0 || listed[l.ID] {
				continue
			}
			rows = append(rows, &ConnRow{Server: sv, Leaf: true, AccountName: names.Name(l.Account), Traffic: rates.Leaf(l.ID), Info: &server.ConnInfo{
				Cid: l.ID, Kind: "Leafnode", Name: l.Name, Account: l.Account, IP: l.IP, Port: l.Port, RTT: l.RTT,
				InMsgs: l.InMsgs, OutMsgs: l.OutMsgs, InBytes: l.InBytes, OutBytes: l.OutBytes, NumSubs: l.NumSubs,
			}})
		}
	}
	return rows
}

// between is the time from one instant to another in seconds, never negative,
// and 0 when one of them is zero.
func between(from, to time.Time) float64 {
	if from.IsZero() || to.IsZero() || to.Before(from) {
		return 0
	}
	return to.Sub(from).Seconds()
}

// AccountRow is one account, summed over the servers that report it.
type AccountRow struct {
	Name     string // as the servers write it: a name, or a public key
	Label    string // its name tag, if it has one
	System   bool
	Servers  int // with a client or leaf connection of it
	Conns    int
	Leafs    int
	Ever     int // connections since the servers started
	Subs     int
	NoSubs   bool // a server is too old to report them, so Subs is incomplete
	Counters Counters
	Slow     int64
	Traffic  Traffic
	JS       *AccountUse // nil when JSZ was not asked by account
}

// AccountUse is the JetStream usage of an account.
type AccountUse struct {
	Streams   int
	Consumers int    // less than 0: unknown, because only some servers of a stream were asked
	Store     uint64 // bytes in files, over all replicas
	Memory    uint64 // bytes in memory, over all replicas
	MaxStore  int64  // limit over all domains; less than 0: no limit, 0: not reported
	MaxMemory int64
}

// addConsumers adds the consumers of a stream; the sum is known only if every
// term is.
func (u *AccountUse) addConsumers(n int) {
	if n == noConsumers || u.Consumers == noConsumers {
		u.Consumers = noConsumers
		return
	}
	u.Consumers += n
}

// limitSum adds the limits of two domains; the sum is unlimited if either is.
func limitSum(a, b int64) int64 {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}

// AccountRows returns every account that a server reports, by name. Delta may
// be nil.
func AccountRows(s *Snapshot, d *Delta) []*AccountRow {
	rows := map[string]*AccountRow{}
	row := func(name string) *AccountRow {
		if rows[name] == nil {
			rows[name] = &AccountRow{Name: name, Traffic: d.Account(name)}
		}
		return rows[name]
	}
	system := map[string]bool{}
	for _, sv := range s.Servers {
		if sv.Varz != nil && sv.Varz.SystemAccount != "" {
			system[sv.Varz.SystemAccount] = true
		}
		if sv.AccountStatz == nil {
			continue
		}
		for _, a := range sv.AccountStatz.Accounts {
			row(a.Account).add(sv, a)
		}
	}
	addAccountUse(s, row)
	out := make([]*AccountRow, 0, len(rows))
	for _, r := range rows {
		r.System = system[r.Name]
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *AccountRow) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (r *AccountRow) add(sv *Server, a *server.AccountStat) {
	if a.Name != a.Account {
		r.Label = cmp.Or(r.Label, a.Name)
	}
	if a.Conns+a.LeafNodes > 0 {
		r.Servers++
	}
	r.Conns += a.Conns
	r.Leafs += a.LeafNodes
	r.Ever += a.TotalConns
	r.Subs += int(a.NumSubs)
	r.NoSubs = r.NoSubs || !Reports(sv.Info.Version, FieldAccountSubs)
	r.Slow += a.SlowConsumers
	r.Counters = r.Counters.Plus(statszCounters(a.Received, a.Sent))
}

func addAccountUse(s *Snapshot, row func(string) *AccountRow) {
	use := func(account string) *AccountUse {
		r := row(account)
		if r.JS == nil {
			r.JS = &AccountUse{}
		}
		return r.JS
	}
	// Every server of a domain reports the account's usage on all of them, possibly
	// out of date: use the largest, once per domain.
	type place struct{ domain, account string }
	most := map[place]AccountUse{}
	for _, sv := range s.Servers {
		if sv.Jsz == nil {
			continue
		}
		for _, acc := range sv.Jsz.AccountDetails {
			at := place{sv.Info.Domain, cmp.Or(acc.Id, acc.Name)} // JSZ reports a name tag as the name, if there is one
			most[at] = AccountUse{
				Store: max(most[at].Store, acc.Store), Memory: max(most[at].Memory, acc.Memory),
				MaxStore: int64(acc.ReservedStore), MaxMemory: int64(acc.ReservedMemory), // JSZ calls the limits reserved; all bits set is none
			}
		}
	}
	for at, m := range most {
		u := use(at.account)
		u.Store += m.Store
		u.Memory += m.Memory
		u.MaxStore, u.MaxMemory = limitSum(u.MaxStore, m.MaxStore), limitSum(u.MaxMemory, m.MaxMemory)
	}
	for key, n := range countConsumers(s) {
		u := use(key.account)
		u.Streams++
		u.addConsumers(n)
	}
}

// WithoutRefusals returns the snapshot without the refusals of a request that some server
// answered: a server that does not use an account reports it as unknown, which
// is not a problem. If every server refused, the snapshot is unchanged.
func (s *Snapshot) WithoutRefusals(kind Kind) *Snapshot {
	if kind == Accountz && AccountDetails(s) == nil {
		return s
	}
	out := *s
	out.Problems = slices.DeleteFunc(slices.Clone(s.Problems), func(p Problem) bool { return p.Kind == kind && p.Reason == Refused })
	return &out
}

// AccountDetails returns the requested account of ACCOUNTZ from the first
// server that has it, or nil. It omits the JWT and the tokens of imports: the
// decoded claims contain the same and are not credentials.
func AccountDetails(s *Snapshot) *server.AccountInfo {
	for _, sv := range s.Servers {
		if sv.Accountz != nil && sv.Accountz.Account != nil {
			details := *sv.Accountz.Account
			details.Jwt = ""
			details.Imports = slices.Clone(details.Imports)
			for i := range details.Imports {
				details.Imports[i].Token = ""
			}
			details.Claim = withoutTokens(details.Claim)
			return &details
		}
	}
	return nil
}

// withoutTokens returns a copy of claims without the activations of its
// imports.
func withoutTokens(claims *jwt.AccountClaims) *jwt.AccountClaims {
	if claims == nil {
		return nil
	}
	out := *claims
	out.Imports = slices.Clone(claims.Imports)
	for i, im := range out.Imports {
		if im != nil {
			c := *im
			c.Token = ""
			out.Imports[i] = &c
		}
	}
	return &out
}
