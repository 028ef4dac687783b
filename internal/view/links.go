package view

import (
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Routes returns the columns of a table of routes, one row for each pair of
// servers, as of the time of the topology.
func Routes(t *fleet.Topology, rates bool) []Column[*fleet.Edge] {
	cols := []Column[*fleet.Edge]{
		{Name: "cluster", Title: "Cluster", Help: "Cluster of both servers.", Value: func(e *fleet.Edge) any { return clusterOf(t, e.From) }},
		{Name: "from", Title: "From", Help: "One of the servers.", Value: func(e *fleet.Edge) any { return e.FromName }},
		{Name: "to", Title: "To", Help: "The other server.", Value: func(e *fleet.Edge) any { return e.ToName }},
		stateColumn(),
		{Name: "pool", Title: "Pool", Help: "Pooled connections, as both ends count them.", Value: func(e *fleet.Edge) any { return both(e, func(n fleet.End) int { return n.Pool }) }},
		{Name: "dedicated", Title: "Dedicated", Help: "Connections that carry one account each.", Value: func(e *fleet.Edge) any { return both(e, func(n fleet.End) int { return n.Dedicated }) }},
	}
	return append(cols, linkColumns(t, rates)...)
}

// Gateways returns the columns of a table of gateways: one row for each server
// and each remote cluster that it should have an outbound connection to.
func Gateways(t *fleet.Topology, rates bool) []Column[*fleet.Edge] {
	cols := []Column[*fleet.Edge]{
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the server.", Value: func(e *fleet.Edge) any { return clusterOf(t, e.From) }},
		{Name: "from", Title: "From", Help: "Server that keeps the outbound connection.", Value: func(e *fleet.Edge) any { return e.FromName }},
		{Name: "remote_cluster", Title: "To cluster", Help: "Cluster at the other end.", Value: func(e *fleet.Edge) any { return e.ToCluster }},
		{Name: "to", Title: "To", Help: "Server at the other end.", Value: remote},
		stateColumn(),
	}
	return append(cols, linkColumns(t, rates)...)
}

// Leafnodes returns the columns of a table of leaf nodes, hub and spoke paired.
func Leafnodes(t *fleet.Topology, rates bool) []Column[*fleet.Edge] {
	cols := []Column[*fleet.Edge]{
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the hub.", Value: func(e *fleet.Edge) any { return clusterOf(t, e.From) }},
		{Name: "hub", Title: "Hub", Help: "Server that accepted the connection.", Value: func(e *fleet.Edge) any { return e.FromName }},
		{Name: "spoke", Title: "Spoke", Help: "Server that made the connection.", Value: func(e *fleet.Edge) any { return e.ToName }},
		stateColumn(),
		{Name: "accounts", Title: "Accounts", Help: "Accounts that they share, by the hub's names.", Value: func(e *fleet.Edge) any { return e.Accounts }},
		{Name: "connections", Title: "Conns", Help: "Connections, as hub and spoke count them.", Value: func(e *fleet.Edge) any { return both(e, func(n fleet.End) int { return n.Pool }) }},
		{Name: "domain", Title: "Domain", Help: "JetStream domain of the spoke.", Wide: true, Value: func(e *fleet.Edge) any {
			if n := t.Node(e.To); n != nil {
				return n.Domain
			}
			return nil
		}},
	}
	return append(cols, linkColumns(t, rates)...)
}

// Links returns the columns of a table of links of every kind: the first end is
// the hub of a leaf connection, or the server with the outbound gateway.
func Links(t *fleet.Topology, rates bool) []Column[*fleet.Edge] {
	cols := []Column[*fleet.Edge]{
		{Name: "kind", Title: "Kind", Help: "route, gateway or leaf.", Value: func(e *fleet.Edge) any { return string(e.Kind) }},
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the end named first.", Wide: true, Value: func(e *fleet.Edge) any { return clusterOf(t, e.From) }},
		{Name: "from", Title: "From", Help: "One end; the hub of a leafnode.", Value: func(e *fleet.Edge) any { return e.FromName }},
		{Name: "to", Title: "To", Help: "The other end, where it is known.", Value: remote},
		{Name: "remote_cluster", Title: "To cluster", Help: "Cluster at the other end of a gateway.", Wide: true, Value: func(e *fleet.Edge) any { return e.ToCluster }},
		stateColumn(),
		{Name: "pool", Title: "Pool", Help: "Pooled connections, as both ends count them.", Wide: true, Value: func(e *fleet.Edge) any { return both(e, func(n fleet.End) int { return n.Pool }) }},
		{Name: "dedicated", Title: "Dedicated", Help: "Connections that carry one account each.", Wide: true, Value: func(e *fleet.Edge) any { return both(e, func(n fleet.End) int { return n.Dedicated }) }},
		{Name: "accounts", Title: "Accounts", Help: "Accounts that a leafnode shares.", Wide: true, Value: func(e *fleet.Edge) any { return e.Accounts }},
	}
	return append(cols, linkColumns(t, rates)...)
}

// remote returns the server at the other end; nil if a gateway is not
// connected.
func remote(e *fleet.Edge) any {
	if e.To == "" {
		return nil
	}
	return e.ToName
}

func stateColumn() Column[*fleet.Edge] {
	return Column[*fleet.Edge]{
		Name: "state", Title: "State", Help: "ok, outside, slow, short, unknown, one-way, ghost or missing.",
		Value: func(e *fleet.Edge) any { return string(e.State) }, Level: func(e *fleet.Edge) Level { return e.Level },
	}
}

// linkColumns are the common columns of all links. Counters and rates are those
// of the first end.
func linkColumns(t *fleet.Topology, rates bool) []Column[*fleet.Edge] {
	cols := []Column[*fleet.Edge]{
		{Name: "rtt_seconds", Title: "RTT", Help: "Round trip time, the larger of both ends'.", Unit: Seconds, Value: func(e *fleet.Edge) any {
			if rtt, ok := e.RTTSeconds(); ok {
				return rtt
			}
			return nil
		}},
		{Name: "pending_bytes", Title: "Pending", Help: "Bytes that wait to be sent, both ways.", Unit: Bytes, Sum: true, Value: func(e *fleet.Edge) any {
			if !e.A.Listed && !e.B.Listed {
				return nil
			}
			return e.Pending()
		}},
	}
	cols = append(cols, TrafficColumns(rates, func(e *fleet.Edge) fleet.Traffic { return end(e).Traffic })...)
	listed := func(e *fleet.Edge) bool { return e.A.Listed || e.B.Listed }
	cols = append(cols, allOptional(CounterColumns(rates, func(e *fleet.Edge) fleet.Counters { return end(e).Counters }), listed)...)
	return append(cols, []Column[*fleet.Edge]{
		optional(Column[*fleet.Edge]{Name: "subs", Title: "Subs", Help: "Subscriptions that the other end sent over it.", Unit: Count, Wide: true, Value: func(e *fleet.Edge) any { return end(e).Subs }}, listed),
		{Name: "uptime_seconds", Title: "Uptime", Short: "Up", Help: "Age of its oldest connection; leafnodes do not report it.", Unit: Seconds, Value: func(e *fleet.Edge) any { return age(t, end(e).Since) }},
		{Name: "compression", Title: "Compression", Short: "Compr", Help: "Compression of its connections.", Wide: true, Value: func(e *fleet.Edge) any { return unlessEmpty(end(e).Compression) }},
		{Name: "why", Title: "Why", Help: "What is wrong with it.", Value: func(e *fleet.Edge) any { return e.Why }},
	}...)
}

// end returns the first end's view of the link: as it reports it, or the other
// end's view with directions swapped.
func end(e *fleet.Edge) fleet.End {
	if e.A.Listed || !e.B.Listed {
		return e.A
	}
	b, t, c := e.B, e.B.Traffic, e.B.Counters
	b.Traffic = fleet.Traffic{InMsgs: t.OutMsgs, OutMsgs: t.InMsgs, InBytes: t.OutBytes, OutBytes: t.InBytes}
	b.Counters = fleet.Counters{InMsgs: c.OutMsgs, OutMsgs: c.InMsgs, InBytes: c.OutBytes, OutBytes: c.InBytes}
	return b
}

func age(t *fleet.Topology, since time.Time) any {
	if since.IsZero() || since.After(t.Time) {
		return nil
	}
	return t.Time.Sub(since).Seconds()
}

// both formats the two ends' views as one number if they agree, else as two.
func both(e *fleet.Edge, count func(fleet.End) int) string {
	side := func(n fleet.End) string {
		if !n.Heard {
			return "?"
		}
		return fmt.Sprint(count(n))
	}
	a, b := side(e.A), side(e.B)
	if a == b {
		return a
	}
	return a + "/" + b
}

func clusterOf(t *fleet.Topology, key string) any {
	if n := t.Node(key); n != nil {
		return n.Cluster
	}
	return nil
}

// GatewayMatrix returns a table with one row and one column for each cluster:
// how many servers of the row's cluster have their outbound gateway to the
// column's, and the worst round trip time.
func GatewayMatrix(t *fleet.Topology) ([]Column[string], []string) {
	spans := map[[2]string]*fleet.Span{}
	var names []string
	seen := map[string]bool{}
	for _, s := range t.Spans {
		spans[[2]string{s.From, s.To}] = s
		for _, name := range []string{s.From, s.To} {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	cols := []Column[string]{{Name: "from", Title: "From \\ to", Help: "Cluster whose servers connect.", Value: func(from string) any { return from }}}
	for _, to := range names {
		cols = append(cols, Column[string]{
			Name: to, Title: to, Help: "Cluster that they connect to.",
			Value: func(from string) any { return spanText(spans[[2]string{from, to}]) },
			Level: func(from string) Level {
				if s := spans[[2]string{from, to}]; s != nil {
					return s.Level
				}
				return fleet.OK
			},
		})
	}
	return cols, names
}

func spanText(s *fleet.Span) any {
	if s == nil {
		return nil
	}
	text := fmt.Sprintf("%d/%d", s.Have, s.Need)
	if s.RTTSeconds > 0 {
		text += " " + Duration(s.RTTSeconds)
	}
	if s.Level != fleet.OK {
		text += " " + string(s.State)
	}
	return text
}
