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

// linkColumns is the table of the links.
var linkColumns = []view.Column[lnk]{
	{Name: "kind", Title: "KIND", Help: "route, gateway or leaf", Value: func(r lnk) any { return string(r.e.Kind) }},
	{Name: "from", Title: "FROM", Help: "one end; the hub of a leafnode", Value: func(r lnk) any { return r.e.FromName }},
	{Name: "to", Title: "TO", Help: "other end; the remote cluster of a gateway", Value: func(r lnk) any { return r.to() }},
	{Name: "state", Title: "STATE", Help: "ok, or what is wrong", Value: func(r lnk) any { return string(r.e.State) }, Level: func(r lnk) view.Level { return r.e.Level }},
	{Name: "rtt_seconds", Title: "RTT", Help: "round trip, the larger of both ends", Unit: view.Seconds, Value: lnkRTT},
	{Name: "in_msgs_per_second", Title: "IN/s", Help: "messages a second to FROM", Unit: view.PerSec, Sum: true, Value: func(r lnk) any { return r.traffic().InMsgs.Value() }},
	{Name: "out_msgs_per_second", Title: "OUT/s", Help: "messages a second from FROM", Unit: view.PerSec, Sum: true, Value: func(r lnk) any { return r.traffic().OutMsgs.Value() }},
	{Name: "in_bytes_per_second", Title: "INB/s", Help: "bytes a second to FROM", Unit: view.BytesSec, Sum: true, Value: func(r lnk) any { return r.traffic().InBytes.Value() }},
	{Name: "out_bytes_per_second", Title: "OUTB/s", Help: "bytes a second from FROM", Unit: view.BytesSec, Sum: true, Value: func(r lnk) any { return r.traffic().OutBytes.Value() }},
	{Name: "pending_bytes", Title: "PENDING", Help: "bytes waiting on both ends", Unit: view.Bytes, Sum: true, Value: func(r lnk) any { return r.e.Pending() }, Level: judged(fleet.Warn, func(r lnk) bool { return r.e.Pending() > pendingWarn })},
	{Name: "up_seconds", Title: "UP", Help: "since its oldest connection", Unit: view.Seconds, Value: lnkUp},
	{Name: "why", Title: "WHY", Help: "what was seen", Value: func(r lnk) any { return blank(r.e.Why) }},
	{Name: "pool", Title: "POOL", Help: "connections of the route pool and those for one account, at both ends", Wide: true, Value: func(r lnk) any { return r.pool() }},
	{Name: "accounts", Title: "ACCOUNTS", Help: "accounts that the link carries alone", Wide: true, Value: func(r lnk) any { return r.e.Accounts }},
	{Name: "compression", Title: "COMPR", Help: "compression", Wide: true, Value: func(r lnk) any { return blank(either(r.e).Compression) }},
	{Name: "subscriptions", Title: "SUBS", Help: "subscriptions of the other side", Unit: view.Count, Wide: true, Value: func(r lnk) any { return either(r.e).Subs }},
}

// either is the end of an edge that reports it, FROM first.
func either(e *fleet.Edge) fleet.End {
	if e.A.Listed {
		return e.A
	}
	return e.B
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

func lnkUp(r lnk) any {
	since := either(r.e).Since
	if since.IsZero() {
		return nil
	}
	return age(r.now, since).Truncate(time.Second).Seconds()
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
