package tui

import (
	"strconv"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// linkRow is one link of the topology.
type linkRow struct {
	e     *fleet.Edge
	since time.Time // when it got its state, as far as the dashboard saw
	now   time.Time
}

type lnk = *linkRow

// pendingWarn is how many bytes may wait on a link before it is marked.
const pendingWarn = 1 << 20

// linkColumns is the table of the links.
func linkColumns(t *fleet.Topology, totals bool) []view.Column[lnk] {
	return view.Lift(view.Links(t, !totals), func(r lnk) *fleet.Edge { return r.e })
}

// linkDress is what the page adds to the columns of the links.
var linkDress = map[string]dress[lnk]{
	"to":            {text: lnk.to},
	"pool":          {text: lnk.pool},
	"pending_bytes": {level: judged(fleet.Warn, func(r lnk) bool { return r.e.Pending() > pendingWarn })},
}

func (r *linkRow) to() string {
	if r.e.ToCluster != "" {
		return r.e.ToCluster
	}
	return r.e.ToName
}

// title names the link as the panel and the crumb line do.
func (r *linkRow) title() string {
	arrow := " ⇄ "
	if r.e.Kind == fleet.Gateway {
		arrow = " → "
	}
	return r.e.FromName + arrow + r.to()
}

// traffic is the link as FROM sees it, or as the other end does, turned round.
func (r *linkRow) traffic() fleet.Traffic {
	if r.e.A.Listed {
		return r.e.A.Traffic
	}
	b := r.e.B.Traffic
	return fleet.Traffic{InMsgs: b.OutMsgs, OutMsgs: b.InMsgs, InBytes: b.OutBytes, OutBytes: b.InBytes}
}

func (r *linkRow) pool() string { return poolText(r.e.A) + "/" + poolText(r.e.B) }

// poolText is "3+1": connections of the pool and those dedicated to accounts.
func poolText(e fleet.End) string {
	switch {
	case !e.Heard:
		return "?"
	case !e.Listed:
		return "0"
	}
	s := strconv.Itoa(e.Pool)
	if e.Dedicated > 0 {
		s += "+" + strconv.Itoa(e.Dedicated)
	}
	return s
}

func lnkRTT(r lnk) any {
	if s, ok := r.e.RTTSeconds(); ok {
		return s
	}
	return nil
}

// newLinkRows lists the edges of the topology.
func newLinkRows(t *fleet.Topology, since map[string]time.Time, now time.Time) []*linkRow {
	rows := make([]*linkRow, len(t.Edges))
	for i, e := range t.Edges {
		rows[i] = &linkRow{e: e, since: since[e.Key()], now: now}
	}
	return rows
}

// touches tells whether the link has the server at one end.
func (r *linkRow) touches(name string) bool {
	return strings.EqualFold(r.e.FromName, name) || strings.EqualFold(r.e.ToName, name)
}
