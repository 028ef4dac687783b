package live

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// ServerColumns is the table of the Servers page: the columns of `natsctl
// server ls`, rates, and values that need more than one answer.
func ServerColumns(s *fleet.Snapshot, totals bool) []view.Column[*ServerRow] {
	cols := view.Lift(view.Servers(s), (*ServerRow).Known)
	cols = append(cols, view.TrafficColumns(!totals, (*ServerRow).Traffic)...)
	return append(cols, serverOwn...)
}

// serverOwn are the columns that only the page has.
var serverOwn = []view.Column[*ServerRow]{
	{Name: "status", Title: "Status", Help: "ok, or why it did not answer.", Value: func(r *ServerRow) any { return r.Status() }, Level: func(r *ServerRow) view.Level { return r.Level }},
	{
		Name: "stalled_clients", Title: "Stall", Help: "Times a publisher was held back since the start; marked while it grows.", Unit: view.Count, Sum: true,
		Value: func(r *ServerRow) any {
			return r.reported(fleet.FieldStalledClients, func(s *server.ServerStats) any { return s.StalledClients })
		},
		Level: func(r *ServerRow) view.Level { return LevelOfRise(r.Change().StalledClients) },
	},
	{Name: "ha_assets", Title: "HA", Help: "Replicated streams and consumers on it.", Unit: view.Count, Wide: true, Value: func(r *ServerRow) any { return r.js(func(s *server.JetStreamStats) any { return s.HAAssets }) }},
	{Name: "store_bytes", Title: "File", Help: "Bytes in its JetStream file store.", Unit: view.Bytes, Wide: true, Sum: true, Value: func(r *ServerRow) any { return r.js(func(s *server.JetStreamStats) any { return s.Store }) }},
	{Name: "api_requests_per_second", Title: "API/s", Help: "JetStream API requests a second.", Unit: view.PerSec, Wide: true, Sum: true, Value: func(r *ServerRow) any { return r.Change().APIRequests.Value() }},
	{Name: "max_procs", Title: "Procs", Help: "Processors that it may use (GOMAXPROCS).", Unit: view.Count, Wide: true, Value: func(r *ServerRow) any {
		return r.stat(func(s *server.ServerStats) any { return positive(s.MaxProcs) })
	}},
	{Name: "config_loaded", Title: "Config", Help: "When its configuration was loaded (VARZ).", Unit: view.Instant, Wide: true, Value: func(r *ServerRow) any {
		return r.Varz(func(v *server.Varz) any { return v.ConfigLoadTime })
	}},
	{
		Name: "certificate_until", Title: "Cert until", Help: "When the certificate of its client port ends (VARZ); marked 30 days before.", Unit: view.Instant, Wide: true,
		Value: func(r *ServerRow) any {
			return r.Varz(func(v *server.Varz) any { return unlessZero(v.TLSCertNotAfter) })
		},
		Level: LevelIf(fleet.Warn, func(r *ServerRow) bool {
			until, ok := r.Varz(func(v *server.Varz) any { return unlessZero(v.TLSCertNotAfter) }).(time.Time)
			return ok && until.Sub(r.Clock()) < CertWarn
		}),
	},
	{Name: "pending_bytes", Title: "Pending", Help: "Bytes that wait on its routes.", Unit: view.Bytes, Wide: true, Sum: true, Value: func(r *ServerRow) any { return r.stat(func(*server.ServerStats) any { return r.Pending() }) }},
}

// Varz reads one value of the server's VARZ; nil if it was not requested yet.
func (r *ServerRow) Varz(f func(*server.Varz) any) any {
	if r.Answer == nil || r.Answer.Varz == nil {
		return nil
	}
	return f(r.Answer.Varz)
}

// positive is a count that is omitted when it is 0.
func positive(n int) any {
	if n <= 0 {
		return nil
	}
	return n
}

// unlessZero is a time that is omitted when it is zero.
func unlessZero(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// Known is what the server reported; for a missing one, what its peers report.
func (r *ServerRow) Known() *fleet.Server {
	if r.Answer != nil {
		return r.Answer
	}
	return &fleet.Server{Info: server.ServerInfo{Name: r.Name, ID: r.ID, Cluster: r.Cluster}}
}

// Traffic is the server's rates; unknown for a missing server.
func (r *ServerRow) Traffic() fleet.Traffic { return r.Change().Traffic }

// Change is the change since the previous answer; never nil.
func (r *ServerRow) Change() *fleet.ServerDelta {
	if r.delta == nil {
		return &fleet.ServerDelta{}
	}
	return r.delta
}

// Info is what the server reports about itself; zero when it did not answer.
func (r *ServerRow) Info() server.ServerInfo {
	if r.Answer == nil {
		return server.ServerInfo{}
	}
	return r.Answer.Info
}

// LeaderMark marks the leader of the meta group.
func LeaderMark(n *fleet.Node) string {
	if n != nil && n.MetaLeader {
		return " ★"
	}
	return ""
}

// LinksHave is "2/3": existing links and expected links.
func LinksHave(n *fleet.Node, gateways bool) string {
	switch {
	case n == nil || n.Ghost:
		return ""
	case gateways && n.GatewaysNeed > 0:
		return Ratio(n.GatewaysHave, n.GatewaysNeed)
	case !gateways && n.RoutesNeed > 0:
		return Ratio(n.RoutesHave, n.RoutesNeed)
	}
	return ""
}

// LinksLevel is critical if the server lacks routes or gateways.
func LinksLevel(n *fleet.Node, gateways bool) view.Level {
	if n != nil && !n.Ghost && (gateways && n.GatewaysHave < n.GatewaysNeed || !gateways && n.RoutesHave < n.RoutesNeed) {
		return fleet.Crit
	}
	return fleet.OK
}

// CertWarn is how long before its expiry a certificate is marked.
const CertWarn = 30 * 24 * time.Hour
