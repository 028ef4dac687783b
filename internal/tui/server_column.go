package tui

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

type srv = *serverRow

// serverColumns is the table of the Servers page: that of `natsctl server ls`,
// rates, and what only a screen that looks more than once can tell.
func serverColumns(s *fleet.Snapshot, totals bool) []view.Column[srv] {
	cols := view.Lift(view.Servers(s), srv.answer)
	cols = append(cols, view.TrafficColumns(!totals, srv.traffic)...)
	return append(cols, serverOwn...)
}

// serverOwn are the columns of the page alone.
var serverOwn = []view.Column[srv]{
	{Name: "status", Title: "Status", Help: "ok, or why it did not answer.", Value: func(r srv) any { return r.status() }, Level: func(r srv) view.Level { return r.level }},
	{
		Name: "stalled_clients", Title: "Stall", Help: "Times a publisher was held back since the start; marked while it grows.", Unit: view.Count, Sum: true,
		Value: func(r srv) any {
			return r.since(fleet.FieldStalledClients, func(s *server.ServerStats) any { return s.StalledClients })
		},
		Level: func(r srv) view.Level { return levelOver(r.change().StalledClients) },
	},
	{Name: "ha_assets", Title: "HA", Help: "Replicated streams and consumers on it.", Unit: view.Count, Wide: true, Value: func(r srv) any { return r.js(func(s *server.JetStreamStats) any { return s.HAAssets }) }},
	{Name: "store_bytes", Title: "File", Help: "Bytes in its JetStream file store.", Unit: view.Bytes, Wide: true, Sum: true, Value: func(r srv) any { return r.js(func(s *server.JetStreamStats) any { return s.Store }) }},
	{Name: "api_requests_per_second", Title: "API/s", Help: "JetStream API requests a second.", Unit: view.PerSec, Wide: true, Sum: true, Value: func(r srv) any { return r.change().APIRequests.Value() }},
	{Name: "max_procs", Title: "Procs", Help: "Processors that it may use (GOMAXPROCS).", Unit: view.Count, Wide: true, Value: func(r srv) any {
		return r.stat(func(s *server.ServerStats) any { return positive(s.MaxProcs) })
	}},
	{Name: "config_loaded", Title: "Config", Help: "When its configuration was loaded (VARZ).", Unit: view.Instant, Wide: true, Value: func(r srv) any {
		return r.varz(func(v *server.Varz) any { return v.ConfigLoadTime })
	}},
	{
		Name: "certificate_until", Title: "Cert until", Help: "When the certificate of its client port ends (VARZ); marked 30 days before.", Unit: view.Instant, Wide: true,
		Value: func(r srv) any { return r.varz(func(v *server.Varz) any { return unlessZero(v.TLSCertNotAfter) }) },
		Level: judged(fleet.Warn, func(r srv) bool {
			until, ok := r.varz(func(v *server.Varz) any { return unlessZero(v.TLSCertNotAfter) }).(time.Time)
			return ok && until.Sub(r.clock()) < certWarn
		}),
	},
	{Name: "pending_bytes", Title: "Pending", Help: "Bytes that wait on its routes.", Unit: view.Bytes, Wide: true, Sum: true, Value: func(r srv) any { return r.stat(func(*server.ServerStats) any { return r.pending() }) }},
}

// serverDress is what the page adds to the columns of servers.
var serverDress = map[string]dress[srv]{
	"status":         {text: srv.statusText},
	"name":           {text: func(r srv) string { return r.label() + star(r.node) }},
	"cluster":        {text: srv.place},
	"version":        {level: judged(fleet.Warn, func(r srv) bool { return r.node != nil && r.node.VersionSkew })},
	"slow_consumers": {level: func(r srv) view.Level { return levelOver(r.change().SlowConsumers) }},
	"routes":         {text: func(r srv) string { return have(r.node, false) }, level: func(r srv) view.Level { return lacking(r.node, false) }},
	"gateways":       {text: func(r srv) string { return have(r.node, true) }, level: func(r srv) view.Level { return lacking(r.node, true) }},
}

// varz reads one figure of the server's VARZ; nil where it was not asked yet.
func (r *serverRow) varz(f func(*server.Varz) any) any {
	if r.sv == nil || r.sv.Varz == nil {
		return nil
	}
	return f(r.sv.Varz)
}

// positive is a count that is not reported when it is 0.
func positive(n int) any {
	if n <= 0 {
		return nil
	}
	return n
}

// unlessZero is a time that is not reported when it is zero.
func unlessZero(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// answer is what the server said; of a ghost, what is known without its word.
func (r *serverRow) answer() *fleet.Server {
	if r.sv != nil {
		return r.sv
	}
	return &fleet.Server{Info: server.ServerInfo{Name: r.name, ID: r.id, Cluster: r.cluster}}
}

// traffic is the server's rates; nothing is known of a ghost.
func (r *serverRow) traffic() fleet.Traffic { return r.change().Traffic }

func (r *serverRow) change() *fleet.ServerDelta {
	if r.delta == nil {
		return &fleet.ServerDelta{}
	}
	return r.delta
}

func (r *serverRow) info() server.ServerInfo {
	if r.sv == nil {
		return server.ServerInfo{}
	}
	return r.sv.Info
}

// star marks the leader of the meta group.
func star(n *fleet.Node) string {
	if n != nil && n.MetaLeader {
		return " ★"
	}
	return ""
}

// have is "2/3": links that are there of those that should be.
func have(n *fleet.Node, gateways bool) string {
	switch {
	case n == nil || n.Ghost:
		return ""
	case gateways && n.GatewaysNeed > 0:
		return ratio(n.GatewaysHave, n.GatewaysNeed)
	case !gateways && n.RoutesNeed > 0:
		return ratio(n.RoutesHave, n.RoutesNeed)
	}
	return ""
}

func lacking(n *fleet.Node, gateways bool) view.Level {
	if n != nil && !n.Ghost && (gateways && n.GatewaysHave < n.GatewaysNeed || !gateways && n.RoutesHave < n.RoutesNeed) {
		return fleet.Crit
	}
	return fleet.OK
}
