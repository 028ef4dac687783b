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
	Since time.Time // when it entered its state, if the dashboard saw it
	now   time.Time
}

// PendingWarn is the number of pending bytes above which a link is marked.
const PendingWarn = 1 << 20

// LinkColumns is the table of the links.
func LinkColumns(t *fleet.Topology, totals bool) []view.Column[*LinkRow] {
	return view.Lift(view.Links(t, !totals), func(r *LinkRow) *fleet.Edge { return r.Edge })
}

// To names the remote end: a cluster or a server.
func (r *LinkRow) To() string {
	if r.Edge.ToCluster != "" {
		return r.Edge.ToCluster
	}
	return r.Edge.ToName
}

// Title names the link as in the panel and the crumb line.
func (r *LinkRow) Title() string {
	arrow := " ⇄ "
	if r.Edge.Kind == fleet.Gateway {
		arrow = " → "
	}
	return r.Edge.FromName + arrow + r.To()
}

// Traffic is the link as FROM reports it, or as the other end does, with the
// directions swapped.
func (r *LinkRow) Traffic() fleet.Traffic {
	if r.Edge.A.Listed {
		return r.Edge.A.Traffic
	}
	b := r.Edge.B.Traffic
	return fleet.Traffic{InMsgs: b.OutMsgs, OutMsgs: b.InMsgs, InBytes: b.OutBytes, OutBytes: b.InBytes}
}

// Pool is the connections of both ends, like "3/3".
func (r *LinkRow) Pool() string { return PoolText(r.Edge.A) + "/" + PoolText(r.Edge.B) }

// PoolText is "3+1": pooled connections and those dedicated to accounts.
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

// LinkRTT is the round-trip time in seconds; nil if neither end measured it.
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

// Touches reports whether the server is one end of the link.
func (r *LinkRow) Touches(name string) bool {
	return strings.EqualFold(r.Edge.FromName, name) || strings.EqualFold(r.Edge.ToName, name)
}
