//go:build e2e && !windows

package broker

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/nats-io/nats.go"
)

// TestE2EMatrix starts topologies, authentication and TLS as processes with a supervisor, each two of them together at least
// once, and uses them. Every node is a process of its own with certificates and credentials in files.
func TestE2EMatrix(t *testing.T) {
	for i, shape := range slices.Sorted(maps.Keys(shapes())) {
		for j, auth := range AuthModes() {
			mode := tlsModes()[(i+j)%len(tlsModes())]
			t.Run(fmt.Sprintf("%s/%s/%s", shape, auth, mode), func(t *testing.T) {
				t.Parallel()
				h := home(t)
				spec := secured(shape, auth, mode)
				spec.Name, spec.Faults = "m", true
				up(t, h, Order{Spec: spec})
				use(t, must(h.load("m")).Plan.sites())
			})
		}
	}
}

// sites are the nodes of a plan that runs somewhere.
func (p plan) sites() []site {
	var out []site
	for _, n := range p.Nodes {
		connect := func(who string, opts ...nats.Option) (*nats.Conn, error) { return p.connect(n.clientURL(), who, opts) }
		out = append(out, site{n.Name, n.clientURL(), n.Leaf != nil, connect})
	}
	return out
}
