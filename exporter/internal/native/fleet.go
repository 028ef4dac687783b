package native

import (
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// serverLabels identify a server in the native set, by the first two labels;
// the cluster is for sums.
var serverLabels = []string{"server_id", "server_name", "cluster"}

func identServer(sv *fleet.Server, v []string) {
	v[0], v[1], v[2] = sv.Info.ID, sv.Info.Name, sv.Info.Cluster
}

// With returns a new list of labels with more appended.
func With(labels []string, more ...string) []string {
	return append(append([]string{}, labels...), more...)
}

// member is an expected server: sv is nil if it did not answer.
type member struct {
	sv   *fleet.Server
	gone fleet.Missing
}

func (m *member) ident(v []string) {
	if m.sv != nil {
		identServer(m.sv, v)
		return
	}
	v[0], v[1], v[2] = m.gone.ID, m.gone.Label(), m.gone.Cluster
}

// FleetUp is 1 or 0 for each expected server.
var FleetUp = &table.Group[*member]{
	Set: metric.Native, Collector: "servers", Labels: serverLabels,
	Each: func(v *scrape.View, yield func(*member)) {
		for _, sv := range v.Snapshot.Servers {
			yield(&member{sv: sv})
		}
		for _, m := range v.Snapshot.Missing {
			yield(&member{gone: m})
		}
	},
	Ident: (*member).ident,
	Rows: []table.Row[*member]{
		{Name: "nats_server_up", Help: "1 if the server answered this scrape, 0 if it should have and did not.", Value: func(m *member) float64 { return number.Flag(m.sv != nil) }},
	},
}

// FleetMissing has the servers that did not answer, with the reason.
var FleetMissing = &table.Group[*fleet.Missing]{
	Set: metric.Native, Collector: "servers", Labels: With(serverLabels, "reason", "via"),
	Each: func(v *scrape.View, yield func(*fleet.Missing)) {
		for i := range v.Snapshot.Missing {
			yield(&v.Snapshot.Missing[i])
		}
	},
	Ident: func(m *fleet.Missing, v []string) {
		v[0], v[1], v[2], v[3], v[4] = m.ID, m.Label(), m.Cluster, string(m.Reason), m.Via
	},
	Rows: []table.Row[*fleet.Missing]{
		{Name: "nats_server_missing", Help: "1 for each server that should have answered and did not, with the reason: gone (no peer is connected to it), silent (connected, but unresponsive), draining (in lame duck mode), behind (out of reach behind the unresponsive server named in via), late (the time ran out before anything was known).", Value: func(*fleet.Missing) float64 { return 1 }},
		{Name: "nats_server_missing_links", Help: "Servers that still list a link to the missing one.", Value: func(m *fleet.Missing) float64 { return float64(len(m.SeenBy)) }},
	},
}

// FleetAnswers has the individual answers that are missing.
var FleetAnswers = &table.Group[*fleet.Problem]{
	Set: metric.Native, Collector: "servers", Labels: []string{"server_id", "server_name", "kind", "reason"},
	Each: func(v *scrape.View, yield func(*fleet.Problem)) {
		for i := range v.Snapshot.Problems {
			yield(&v.Snapshot.Problems[i])
		}
	},
	Ident: func(p *fleet.Problem, v []string) {
		v[0], v[1], v[2], v[3] = p.ServerID, p.Server, string(p.Kind), string(p.Reason)
	},
	Rows: []table.Row[*fleet.Problem]{
		{Name: "nats_server_answer_missing", Help: "1 for each answer that is missing from this scrape although its server answered other requests, with the kind of request and the reason: late, unsupported, refused, malformed, truncated.", Value: func(*fleet.Problem) float64 { return 1 }},
	},
}

// FleetTotals counts the servers of the snapshot.
var FleetTotals = &table.Plain{Set: metric.Native, Collector: "servers", Rows: []table.Row[*table.Page]{
	{Name: "nats_servers_expected", Help: "Servers that should have answered this scrape.", Value: func(p *table.Page) float64 { return float64(p.Snapshot.Expected) }},
	{Name: "nats_servers_answered", Help: "Servers that answered this scrape.", Value: func(p *table.Page) float64 { return float64(len(p.Snapshot.Servers)) }},
	{Name: "nats_servers_missing", Help: "Servers that should have answered this scrape and did not.", Value: func(p *table.Page) float64 { return float64(len(p.Snapshot.Missing)) }},
	{Name: "nats_servers_forgotten", Help: "Servers that others still count although they are gone and were replaced, or had announced their shutdown.", Value: func(p *table.Page) float64 { return float64(p.Snapshot.Forgotten) }},
	{Name: "nats_snapshot_duration_seconds", Help: "How long the servers took to answer, from the first request to the last answer.", Value: func(p *table.Page) float64 { return p.Snapshot.TookSeconds }},
	{Name: "nats_snapshot_timestamp_seconds", Help: "Time of the last answer.", Value: func(p *table.Page) float64 { return number.Unix(p.Snapshot.Time) }},
}}
