package tui

import (
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// accountDetail is what ACCOUNTZ told of one account: its claims and what it
// shares. It is asked for one account at a time.
type accountDetail struct {
	info   *server.AccountInfo
	shares []*fleet.SharingRow
	at     time.Time
}

// accountDetails are the details by the name that the servers use.
type accountDetails map[string]accountDetail

// How old the details of an account may be: of the one under the cursor, and of
// the others, for which the limits are shown too.
const (
	detailFresh = 30 * time.Second
	detailOld   = 5 * time.Minute
)

// keepDetails is how many accounts' details are remembered.
const keepDetails = 1000

// take keeps the details that a snapshot holds, and returns it without them
// and without the word of servers that do not use the account: both are of one
// account alone, and no fault.
func (a accountDetails) take(s *fleet.Snapshot) *fleet.Snapshot {
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
	a[s.Want.Account] = accountDetail{info, shares, s.Time}
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

// wantedAccount is the account to ask the details of next: the one under the
// cursor, or else the one that was asked least lately, since each of them has
// limits to show. Empty: none needs asking.
func (m *Model) wantedAccount() string {
	old := func(name string, than time.Duration) bool {
		d, known := m.st.Details[name]
		return !known || age(m.st.Snap.Time, d.at) > than
	}
	if r, ok := m.selected(); ok && old(r.account, detailFresh) {
		return r.account
	}
	var next string
	for _, r := range m.st.Accounts {
		if old(r.Name, detailOld) && (next == "" || m.st.Details[r.Name].at.Before(m.st.Details[next].at)) {
			next = r.Name
		}
	}
	return next
}

// limits fills in what the claims of the account allow; of an account without
// claims only JetStream's limits are told.
func (d accountDetail) limits(u *use) {
	if d.info == nil || d.info.Claim == nil {
		return
	}
	l := d.info.Claim.Limits
	u.maxConns, u.maxLeafs = l.Conn, l.LeafNodeConn
	if l.JetStreamTieredLimits == nil {
		u.maxStreams, u.maxConsumers = l.Streams, l.Consumer
	}
}

// lines say what the account shares with others, and what its users may not
// pass.
func (d accountDetail) lines(names accountNames) []statement {
	if d.info == nil {
		return nil
	}
	var in, ex []string
	for _, s := range d.shares {
		text := s.Subject
		if s.Type == "service" {
			text += " (service)"
		}
		if s.Export {
			ex = append(ex, text)
			continue
		}
		if strings.HasPrefix(s.Subject, "$SYS.") || strings.HasPrefix(s.Subject, "$JS.") {
			continue // every account has these of the system account
		}
		if s.Local != "" && s.Local != s.Subject {
			text += " as " + s.Local
		}
		if s.Invalid {
			text += " ✗ refused"
		}
		in = append(in, text+" of "+strings.Join(labels(names, s.Peers), ", "))
	}
	out := []statement{listed("imports", in), listed("exports", ex)}
	if c := d.info.Claim; c != nil {
		var parts []string
		add := func(word string, n int64, u view.Unit) {
			if n >= 0 {
				parts = append(parts, word+" "+tight(u.Format(n)))
			}
		}
		add("payload at most", c.Limits.Payload, view.Bytes)
		add("subscriptions of a connection", c.Limits.Subs, view.Count)
		if c.Expires > 0 {
			parts = append(parts, "expires "+time.Unix(c.Expires, 0).UTC().Format("2006-01-02 15:04Z"))
		}
		if len(parts) > 0 {
			out = append(out, listed("its JWT", parts))
		}
	}
	return out
}

// listed is a line of the panel with some words, or none.
func listed(label string, list []string) statement {
	if len(list) == 0 {
		list = []string{"none"}
	}
	return statement{label: label, faint: true, indent: 13, units: texts(list), gap: " · "}
}

// texts makes words of strangers harmless.
func texts(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = view.Text(s)
	}
	return out
}
