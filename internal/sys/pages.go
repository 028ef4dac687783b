package sys

import (
	"maps"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// page is the part of a long answer that one request asks for. The zero page
// asks for everything.
type page struct {
	offset, limit int
	back          int // how far the page reaches back over the one before
}

// pager asks for a long answer in parts that stay below the maximum payload
// (1 MB), since a larger reply makes a leafnode close its link.
type pager interface {
	first(fleet.Want) page
	// join adds the data of page p to what the server's earlier pages left and
	// says which page to ask for next, if any.
	join(s *fleet.Server, w fleet.Want, p page, value any) (next page, more bool)
}

// Page sizes: a connection takes 350 bytes, 1.2 kB with a user JWT, and as much
// as it likes with its subscriptions, which then compress well.
const (
	connPage     = 512
	connSubsPage = 256
	connOverlap  = 8

	jsAccountPage  = 64
	jsConsumerPage = 16
)

type connzPager struct{}

func (connzPager) first(w fleet.Want) page {
	p := page{limit: connPage}
	if w.Conns.Subscriptions {
		p.limit = connSubsPage
	}
	if n := w.Conns.Limit; n > 0 && n < p.limit {
		p.limit = n
	}
	return p
}

// onePage tells whether one page holds all that is wanted. Only then may the
// server sort: its other orders shift from page to page and lose connections.
func onePage(w fleet.ConnWant) bool {
	return w.Limit > 0 && w.Limit <= connSubsPage
}

// join relies on pages being sorted by cid. Each reaches back over the one
// before, so that a connection that closed meanwhile, which moves all later
// ones forward, shows as a gap instead of a loss; then the page is asked again
// from further back.
func (connzPager) join(s *fleet.Server, w fleet.Want, p page, value any) (page, bool) {
	v, ok := value.(*server.Connz)
	if !ok {
		return page{}, false
	}
	safeConns(s.Info.Version, v.Conns)
	if s.Connz == nil {
		s.Connz = v
	} else {
		if p.offset > 0 && leavesGap(s.Connz.Conns, v.Conns) {
			back := max(2*p.back, connOverlap)
			return page{offset: max(0, p.offset-back), limit: p.limit, back: back}, true
		}
		s.Connz.Conns = appendAfter(s.Connz.Conns, v.Conns)
	}
	done := len(v.Conns) < p.limit || onePage(w.Conns)
	if n := w.Conns.Limit; n > 0 && len(s.Connz.Conns) >= n {
		s.Connz.Conns, done = s.Connz.Conns[:n], true
	}
	s.Connz.NumConns = len(s.Connz.Conns)
	if done {
		s.Connz.Offset, s.Connz.Limit = 0, max(w.Conns.Limit, 0)
		return page{}, false
	}
	back := min(connOverlap, p.limit/2)
	return page{offset: p.offset + len(v.Conns) - back, limit: p.limit, back: back}, true
}

// leavesGap tells whether the new page starts after the last connection known.
func leavesGap(have, page []*server.ConnInfo) bool {
	if len(have) == 0 {
		return false
	}
	return len(page) == 0 || page[0].Cid > have[len(have)-1].Cid
}

// appendAfter adds the connections of page that come after the last one known.
func appendAfter(have, page []*server.ConnInfo) []*server.ConnInfo {
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

func (jszPager) first(w fleet.Want) page {
	switch j := w.JS; {
	case j.Account != "" || !j.Streams && !j.Consumers && !j.Config:
		return page{}
	case j.Consumers || j.Config:
		return page{limit: jsConsumerPage}
	}
	return page{limit: jsAccountPage}
}

// join relies on accounts being sorted by name.
func (jszPager) join(s *fleet.Server, _ fleet.Want, p page, value any) (page, bool) {
	v, ok := value.(*server.JSInfo)
	if !ok {
		return page{}, false
	}
	if s.Jsz == nil {
		s.Jsz = v
	} else {
		s.Jsz.AccountDetails = appendAccounts(s.Jsz.AccountDetails, v.AccountDetails)
	}
	if p.limit == 0 || len(v.AccountDetails) < p.limit {
		return page{}, false
	}
	return page{offset: p.offset + len(v.AccountDetails) - 1, limit: p.limit, back: 1}, true
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

// raftzPager asks for one account after the other: a server tells the groups of
// one at a time (nats-server, monitor.go, Raftz).
type raftzPager struct{}

func (raftzPager) first(fleet.Want) page { return page{} }

func (raftzPager) join(s *fleet.Server, w fleet.Want, p page, value any) (page, bool) {
	v, ok := value.(*server.RaftzStatus)
	if !ok {
		return page{}, false
	}
	if s.Raftz == nil || *s.Raftz == nil {
		s.Raftz = v
	} else {
		maps.Copy(*s.Raftz, *v)
	}
	return page{offset: p.offset + 1}, p.offset < len(w.RaftAccounts)
}
