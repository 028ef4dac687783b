package checks

import (
	"fmt"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// TestManyGateways reports the gateways of a server one by one while there are
// few, and as one finding with their number when there are more: a server that
// lost hundreds is one line.
func TestManyGateways(t *testing.T) {
	for _, clusters := range []int{1, 3, 4, 40} {
		lost := fleettest.GatewayServer("A", "home", nil, nil)
		servers := []*fleet.Server{lost}
		for i := range clusters {
			name := fmt.Sprintf("c%02d", i)
			servers = append(servers, fleettest.GatewayServer("N"+name, name, map[string]string{"home": "A"}, map[string]string{}))
			for j := range i {
				other := fmt.Sprintf("c%02d", j)
				servers[i+1].Gatewayz.OutboundGateways[other] = servers[i+1].Gatewayz.OutboundGateways["home"]
				servers[j+1].Gatewayz.OutboundGateways[name] = servers[i+1].Gatewayz.OutboundGateways["home"]
			}
		}
		s := fleettest.Snapshot(0, servers...)
		s.Want.Kinds = []fleet.Kind{fleet.Gatewayz}
		chosen, err := Select("gateways")
		if err != nil {
			t.Fatal(err)
		}
		var of []Finding
		for _, f := range Run(Input{Snapshot: s}, chosen)[0].Findings {
			if len(f.About.Servers) > 0 && f.About.Servers[0].ID == "A" {
				of = append(of, f)
			}
		}
		want := clusters
		if clusters > fewGateways {
			want = 1
		}
		if len(of) != want {
			t.Errorf("%d lost gateways are %d findings, want %d", clusters, len(of), want)
			continue
		}
		f := of[0]
		if want == 1 && clusters > 1 && (f.Count != clusters || f.About.Edge != nil || f.Level != fleet.Crit || f.Why == "" || f.What != fmt.Sprintf("%d gateways of n-A are missing: to c00, c01, c02 and %d more; seen in one look", clusters, clusters-3)) {
			t.Errorf("%d lost gateways: %+v", clusters, f)
		}
	}
}
