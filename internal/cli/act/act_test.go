package act

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/cli/clitest"
	"github.com/natsctl/natsctl/internal/sys/drain"
)

// TestActExitCodes holds the exit codes of actions.
func TestActExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		ErrBlocked:   1,
		ErrNoTrigger: 2,
	})
}

// TestIsNode takes a server for a node of a local cluster only by its name, its
// ports and its address on this machine: another one must not be drained for it.
func TestIsNode(t *testing.T) {
	place := broker.Place{Name: "n1", Ports: map[plan.Role]int{plan.RoleClient: 4222, plan.RoleMonitor: 8222}}
	for name, tc := range map[string]struct {
		change func(*drain.Plan)
		want   bool
	}{
		"itself":               {func(*drain.Plan) {}, true},
		"another name":         {func(of *drain.Plan) { of.Target.Name = "n2" }, false},
		"another port":         {func(of *drain.Plan) { of.Varz.Port = 4223 }, false},
		"another monitor port": {func(of *drain.Plan) { of.Varz.HTTPPort = 8223 }, false},
		"another machine":      {func(of *drain.Plan) { of.Varz.Host = "192.0.2.7" }, false},
		"every address":        {func(of *drain.Plan) { of.Varz.Host = "0.0.0.0" }, false},
		"a host name":          {func(of *drain.Plan) { of.Varz.Host = "n1.example.net" }, false},
	} {
		of := &drain.Plan{Target: server.ServerInfo{Name: "n1"}, Varz: &server.Varz{Host: "127.0.0.1", Port: 4222, HTTPPort: 8222}}
		tc.change(of)
		if got := isNode(place, of); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
