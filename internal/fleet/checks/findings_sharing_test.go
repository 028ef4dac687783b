package checks

import (
	"maps"
	"slices"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

func sharingCases() []findingCase {
	share := func(state string) fleet.Share {
		return fleet.Share{Type: "stream", Exporter: "AX", ExporterName: "APP", Importer: "AY", ImporterName: "SHOP", Subject: "orders.>", Local: "in.>", State: state, Why: "because"}
	}
	shares := func(list ...fleet.Share) func(*Input) { return func(in *Input) { in.Snapshot.Sharing = list } }
	external := func(prefix string, more ...fleet.Share) func(*Input) {
		return func(in *Input) {
			in.Snapshot.Sharing = append([]fleet.Share{{Type: "service", Exporter: "AX", ExporterName: "HUB", Importer: "APP", Subject: "$JS.API.>", Local: "JS.app.API.>", State: "active"}}, more...)
			stream(in).Mirror = &server.StreamSourceInfo{Name: "ORDERS", External: &server.ExternalStream{ApiPrefix: prefix}, Active: 1}
		}
	}
	fc := fleet.Share{Type: "service", Exporter: "AX", Importer: "APP", Subject: "$JS.FC.>", Local: "$JS.FC.>", State: "active"}
	other := fc
	other.Exporter = "AZ"
	const stalls = "crit|S|APP|stream S in account APP is a mirror of ORDERS in account HUB, and does not import $JS.FC.> from there: it stalls when it gets much at once"
	cases := []findingCase{
		{"sharing", "what is active, and what no account imports", 2, shares(share("active"), fleet.Share{Type: "stream", Exporter: "AX", Subject: "x", State: "not imported"}), nil},
		{"sharing", "shadows", 1, shares(share("shadows")), []string{"info|SHOP in.>|SHOP|account SHOP imports the stream orders.> from account APP: because"}},
		{"sharing", "a mirror without flow control", 2, external("JS.app.API"), []string{stalls}},
		{"sharing", "flow control of another account", 3, external("JS.app.API", other), []string{stalls}},
		{"sharing", "a mirror with flow control", 3, external("JS.app.API", fc), nil},
		{"sharing", "a mirror of another domain", 1, external("$JS.hub.API"), nil},
		{"sharing", "a mirror through an unknown import", 1, external("JS.other.API"), nil},
	}
	for _, state := range slices.Sorted(maps.Keys(shareFaults)) {
		if state != "shadows" {
			cases = append(cases, findingCase{"sharing", state, 1, shares(share(state)), []string{"crit|SHOP in.>|SHOP|account SHOP imports the stream orders.> from account APP: because"}})
		}
	}
	return cases
}

// TestShareStates holds that every fault of sharing has a level and a next step.
func TestShareStates(t *testing.T) {
	for state, f := range shareFaults {
		if f.level == fleet.OK || f.next == "" {
			t.Errorf("%s: %+v", state, f)
		}
	}
}
