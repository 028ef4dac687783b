//go:build e2e && !windows

package broker

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestE2EMatrix starts topologies, authentication and TLS as processes with a supervisor, each two of them together at least
// once, and uses them. Every node is a process of its own with certificates and credentials in files.
func TestE2EMatrix(t *testing.T) {
	for i, shape := range slices.Sorted(maps.Keys(spectest.Shapes())) {
		for j, auth := range spec.AuthModes() {
			mode := spectest.TLSModes()[(i+j)%len(spectest.TLSModes())]
			t.Run(fmt.Sprintf("%s/%s/%s", shape, auth, mode), func(t *testing.T) {
				t.Parallel()
				h := home(t)
				sp := spectest.Secured(shape, auth, mode)
				sp.Name, sp.Faults = "m", true
				up(t, h, Order{Spec: sp})
				use(t, planSites(spectest.Must(h.load("m")).Plan))
			})
		}
	}
}

// planSites are the nodes of a plan that runs somewhere.
func planSites(p plan.Plan) []site {
	var out []site
	for _, n := range p.Nodes {
		connect := func(who string, opts ...nats.Option) (*nats.Conn, error) {
			return client.Fleet{Plan: p}.Connect(n.ClientURL(), who, opts)
		}
		out = append(out, site{n.Name, n.ClientURL(), n.Leaf != nil, connect})
	}
	return out
}
