package exporter

import "github.com/natsctl/natsctl/internal/fleet"

// serverLabels name a server in the native set. The first two identify it;
// the cluster is there to sum by.
var serverLabels = []string{"server_id", "server_name", "cluster"}

func identServer(sv *fleet.Server, v []string) {
	v[0], v[1], v[2] = sv.Info.ID, sv.Info.Name, sv.Info.Cluster
}

func with(labels []string, more ...string) []string {
	return append(append([]string{}, labels...), more...)
}

// member is a server that should have answered: sv is nil if it did not.
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

var fleetUp = &group[*member]{
	set: Native, collector: "servers", labels: serverLabels,
	each: func(v *view, yield func(*member)) {
		for _, sv := range v.snap.Servers {
			yield(&member{sv: sv})
		}
		for _, m := range v.snap.Missing {
			yield(&member{gone: m})
		}
	},
	ident: (*member).ident,
	rows: []row[*member]{
		{name: "nats_server_up", help: "1 if the server answered this scrape, 0 if it should have and did not.", value: func(m *member) float64 { return flag(m.sv != nil) }},
	},
}

var fleetMissing = &group[*fleet.Missing]{
	set: Native, collector: "servers", labels: with(serverLabels, "reason", "via"),
	each: func(v *view, yield func(*fleet.Missing)) {
		for i := range v.snap.Missing {
			yield(&v.snap.Missing[i])
		}
	},
	ident: func(m *fleet.Missing, v []string) {
		v[0], v[1], v[2], v[3], v[4] = m.ID, m.Label(), m.Cluster, string(m.Reason), m.Via
	},
	rows: []row[*fleet.Missing]{
		{name: "nats_server_missing", help: "1 for each server that should have answered and did not, with the reason: gone (not connected any more), silent (connected, but hung or cut off), draining (in lame duck mode), behind (a silent server, named in via, holds the link to it), late (the time ran out before anything was known).", value: func(*fleet.Missing) float64 { return 1 }},
		{name: "nats_server_missing_links", help: "Servers that still list a link to the missing one.", value: func(m *fleet.Missing) float64 { return float64(len(m.SeenBy)) }},
	},
}

var fleetAnswers = &group[*fleet.Problem]{
	set: Native, collector: "servers", labels: []string{"server_id", "server_name", "kind", "reason"},
	each: func(v *view, yield func(*fleet.Problem)) {
		for i := range v.snap.Problems {
			yield(&v.snap.Problems[i])
		}
	},
	ident: func(p *fleet.Problem, v []string) {
		v[0], v[1], v[2], v[3] = p.ServerID, p.Server, string(p.Kind), string(p.Reason)
	},
	rows: []row[*fleet.Problem]{
		{name: "nats_server_answer_missing", help: "1 for each answer that this scrape lacks although its server answered others, with the kind of question and the reason: late, unsupported, refused, malformed, truncated.", value: func(*fleet.Problem) float64 { return 1 }},
	},
}

var fleetTotals = &plain{set: Native, collector: "servers", rows: []row[*view]{
	{name: "nats_servers_expected", help: "Servers that should have answered this scrape.", value: func(v *view) float64 { return float64(v.snap.Expected) }},
	{name: "nats_servers_answered", help: "Servers that answered this scrape.", value: func(v *view) float64 { return float64(len(v.snap.Servers)) }},
	{name: "nats_servers_missing", help: "Servers that should have answered this scrape and did not.", value: func(v *view) float64 { return float64(v.snap.Absent()) }},
	{name: "nats_servers_forgotten", help: "Servers that others still count although they are proven dead, and were replaced or had announced their end.", value: func(v *view) float64 { return float64(v.snap.Forgotten) }},
	{name: "nats_snapshot_duration_seconds", help: "How long the servers took to answer, from the first question to the last answer.", value: func(v *view) float64 { return v.snap.TookSeconds }},
	{name: "nats_snapshot_timestamp_seconds", help: "When the last answer was in.", value: func(v *view) float64 { return unix(v.snap.Time) }},
}}
