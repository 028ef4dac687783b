package native

import (
	"slices"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// metaMember is a server with JetStream, and whether it is in the meta group.
type metaMember struct {
	sv *fleet.Server
	in bool
}

// MetaMembers has the servers with JetStream of each domain whose meta group is
// known.
var MetaMembers = &table.Group[*metaMember]{
	Set: metric.Native, Collector: "jetstream", Labels: jsLabels, Each: eachMember,
	Ident: func(m *metaMember, v []string) {
		identServer(m.sv, v)
		v[3] = m.sv.Info.Domain
	},
	Rows: []table.Row[*metaMember]{
		{Name: "nats_jetstream_meta_member", Help: "1 if the server is in the meta group; 0 if it runs JetStream and the leader does not have it, so that nothing is placed there.", Value: func(m *metaMember) float64 { return number.Flag(m.in) }},
	},
}

// eachMember iterates over the servers with JetStream that answered, as `check`
// judges them.
func eachMember(v *scrape.View, yield func(*metaMember)) {
	for _, g := range fleet.MetaGroups(v.Snapshot) {
		if !g.Known() {
			continue
		}
		for _, p := range g.Peers {
			if p.Server != nil {
				yield(&metaMember{p.Server, true})
			}
		}
		for _, sv := range v.Snapshot.Servers {
			if sv.Info.Domain == g.Domain && sv.Info.JetStreamEnabled() && slices.Contains(g.Outside, sv.Info.Name) {
				yield(&metaMember{sv, false})
			}
		}
	}
}
