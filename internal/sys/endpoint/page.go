package endpoint

import (
	"maps"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Page is the part of a long answer that one request asks for. The zero Page
// asks for everything.
type Page struct {
	Offset, Limit int
	Back          int // how many items the page repeats of the previous one
}

// Pager asks for a long answer in parts that stay below the maximum payload
// (1 MB), since a larger reply makes a leafnode close its link.
type Pager interface {
	First(fleet.Want) Page
	// Join adds the data of page p to those of the server's earlier pages and
	// returns the page to request next, if any.
	Join(s *fleet.Server, w fleet.Want, p Page, value any) (next Page, more bool)
}

// Page sizes: a connection takes 350 bytes, 1.2 kB with a user JWT, and any
// amount with its subscriptions, which compress well.
const (
	connPage     = 512
	connSubsPage = 256

	jsAccountPage  = 64
	jsConsumerPage = 16
)

// MaxSorted is how many connections a server can return in an order other than
// by cid: one page.
const MaxSorted = connSubsPage

// ConnOverlap is how many connections a page repeats of the previous one.
const ConnOverlap = 8

type connzPager struct{}

// First implements [Pager].
func (connzPager) First(w fleet.Want) Page {
	p := Page{Limit: connPage}
	if w.Conns.Subscriptions {
		p.Limit = connSubsPage
	}
	if n := w.Conns.Limit; n > 0 && n < p.Limit {
		p.Limit = n
	}
	return p
}

// OnePage reports whether one page holds all that is wanted. Only then may the
// server sort: its other orders shift from page to page and lose connections.
func OnePage(w fleet.ConnWant) bool {
	return w.Limit > 0 && w.Limit <= connSubsPage
}

// Join relies on pages being sorted by cid. Each overlaps the previous one, so
// that a connection that closed in between, which moves all later ones forward,
// shows as a gap instead of a loss; then the page is requested again from further
// back.
func (connzPager) Join(s *fleet.Server, w fleet.Want, p Page, value any) (Page, bool) {
	v, ok := value.(*server.Connz)
	if !ok {
		return Page{}, false
	}
	HideTokens(s.Info.Version, v.Conns)
	if s.Connz == nil {
		s.Connz = v
	} else {
		if p.Offset > 0 && LeavesGap(s.Connz.Conns, v.Conns) {
			back := max(2*p.Back, ConnOverlap)
			return Page{Offset: max(0, p.Offset-back), Limit: p.Limit, Back: back}, true
		}
		s.Connz.Conns = AppendConns(s.Connz.Conns, v.Conns)
	}
	done := len(v.Conns) < p.Limit || OnePage(w.Conns)
	if n := w.Conns.Limit; n > 0 && len(s.Connz.Conns) >= n {
		s.Connz.Conns, done = s.Connz.Conns[:n], true
	}
	s.Connz.NumConns = len(s.Connz.Conns)
	if done {
		s.Connz.Offset, s.Connz.Limit = 0, max(w.Conns.Limit, 0)
		return Page{}, false
	}
	back := min(ConnOverlap, p.Limit/2)
	return Page{Offset: p.Offset + len(v.Conns) - back, Limit: p.Limit, Back: back}, true
}

// LeavesGap reports whether the new page starts after the last connection known.
func LeavesGap(have, page []*server.ConnInfo) bool {
	if len(have) == 0 {
		return false
	}
	return len(page) == 0 || page[0].Cid > have[len(have)-1].Cid
}

// AppendConns adds the connections of page that come after the last one known.
func AppendConns(have, page []*server.ConnInfo) []*server.ConnInfo {
	var last uint64
	if len(have) > 0 {
		last = have[len(have)-1].Cid
	}
	for _, c := range page {
		if c != nil && c.Cid > last {
			have, last = append(have, c), c.Cid
		}
	}
	return have
}

type jszPager struct{}

// First implements [Pager].
func (jszPager) First(w fleet.Want) Page {
	switch j := w.JS; {
	case j.Account != "" || !j.Streams && !j.Consumers && !j.Config:
		return Page{}
	case j.Consumers || j.Config:
		return Page{Limit: jsConsumerPage}
	}
	return Page{Limit: jsAccountPage}
}

// Join relies on accounts being sorted by name.
func (jszPager) Join(s *fleet.Server, _ fleet.Want, p Page, value any) (Page, bool) {
	v, ok := value.(*server.JSInfo)
	if !ok {
		return Page{}, false
	}
	if s.Jsz == nil {
		s.Jsz = v
	} else {
		s.Jsz.AccountDetails = appendAccounts(s.Jsz.AccountDetails, v.AccountDetails)
	}
	if p.Limit == 0 || len(v.AccountDetails) < p.Limit {
		return Page{}, false
	}
	return Page{Offset: p.Offset + len(v.AccountDetails) - 1, Limit: p.Limit, Back: 1}, true
}

// appendAccounts adds the accounts that are not there yet.
func appendAccounts(have, page []*server.AccountDetail) []*server.AccountDetail {
	known := make(map[string]bool, len(have))
	for _, a := range have {
		known[a.Id] = true
	}
	for _, a := range page {
		if a != nil && !known[a.Id] {
			have = append(have, a)
		}
	}
	return have
}

// raftzPager requests one account after the other: a server reports the groups of
// one at a time (nats-server, monitor.go, Raftz).
type raftzPager struct{}

// First implements [Pager].
func (raftzPager) First(fleet.Want) Page { return Page{} }

// Join adds the groups of one account.
func (raftzPager) Join(s *fleet.Server, w fleet.Want, p Page, value any) (Page, bool) {
	v, ok := value.(*server.RaftzStatus)
	if !ok {
		return Page{}, false
	}
	if s.Raftz == nil || *s.Raftz == nil {
		s.Raftz = v
	} else {
		maps.Copy(*s.Raftz, *v)
	}
	return Page{Offset: p.Offset + 1}, p.Offset < len(w.RaftAccounts)
}
