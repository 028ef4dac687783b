package live

import (
	"strconv"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// LinkRow is one link of the topology.
type LinkRow struct {
	Edge  *fleet.Edge
	Since time.Time // when it got its state, as far as the dashboard saw
	now   time.Time
}

// PendingWarn is how many bytes may wait on a link before it is marked.
const PendingWarn = 1 << 20

// LinkColumns is the table of the links.
func LinkColumns(t *fleet.Topology, totals bool) []view.Column[*LinkRow] {
	return view.Lift(view.Links(t, !totals), func(r *LinkRow) *fleet.Edge { return r.Edge })
}

// To names the far end: a cluster, or a server.
func (r *LinkRow) To() string {
	if r.Edge.ToCluster != "" {
		return r.Edge.ToCluster
	}
	return r.Edge.ToName
}

// Title names the link as the panel and the crumb line do.
func (r *LinkRow) Title() string {
	arrow := " ⇄ "
	if r.Edge.Kind == fleet.Gateway {
		arrow = " → "
	}
	return r.Edge.FromName + arrow + r.To()
}

// Traffic is the link as FROM sees it, or as the other end does, turned round.
func (r *LinkRow) Traffic() fleet.Traffic {
	if r.Edge.A.Listed {
		return r.Edge.A.Traffic
	}
	b := r.Edge.B.Traffic
	return fleet.Traffic{InMsgs: b.OutMsgs, OutMsgs: b.InMsgs, InBytes: b.OutBytes, OutBytes: b.InBytes}
}

// Pool is the connections of both ends, as "3/3".
func (r *LinkRow) Pool() string { return PoolText(r.Edge.A) + "/" + PoolText(r.Edge.B) }

// PoolText is "3+1": connections of the pool and those dedicated to accounts.
func PoolText(e fleet.End) string {
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

// LinkRTT is the round trip in seconds; nil: neither end measured it.
func LinkRTT(r *LinkRow) any {
	if s, ok := r.Edge.RTTSeconds(); ok {
		return s
	}
	return nil
}

// newLinkRows lists the edges of the topology.
func newLinkRows(t *fleet.Topology, since map[string]time.Time, now time.Time) []*LinkRow {
	rows := make([]*LinkRow, len(t.Edges))
	for i, e := range t.Edges {
		rows[i] = &LinkRow{Edge: e, Since: since[e.Key()], now: now}
	}
	return rows
}

// Touches tells whether the link has the server at one end.
func (r *LinkRow) Touches(name string) bool {
	return strings.EqualFold(r.Edge.FromName, name) || strings.EqualFold(r.Edge.ToName, name)
}
