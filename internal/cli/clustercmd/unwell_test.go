package clustercmd

import (
	"testing"

	"github.com/natsctl/natsctl/internal/broker"
)

// TestUnwellNamesTheCause says which node is not well, and not of all others
// that they do not hear it.
func TestUnwellNamesTheCause(t *testing.T) {
	node := func(name string, phase broker.Phase, hears int, health string) broker.NodeStatus {
		return broker.NodeStatus{Name: name, Phase: phase, Sees: hears, Expect: 3, Health: health}
	}
	for want, nodes := range map[string][]broker.NodeStatus{
		"n3 stopped":                    {node("n1", broker.Running, 2, "ok"), node("n2", broker.Running, 2, "ok"), node("n3", broker.Stopped, 0, "")},
		"n1 sees 1 of 3, n3 stopped":    {node("n1", broker.Running, 1, "ok"), node("n2", broker.Running, 2, "ok"), node("n3", broker.Stopped, 0, "")},
		"n3 does not answer":            {node("n1", broker.Running, 2, "ok"), node("n2", broker.Running, 2, "ok"), node("n3", broker.Running, 0, "")},
		"n2 no meta leader":             {node("n1", broker.Running, 3, "ok"), node("n2", broker.Running, 3, "no meta leader"), node("n3", broker.Running, 3, "ok")},
		"n1 sees 2 of 3":                {node("n1", broker.Running, 2, "ok"), node("n2", broker.Running, 3, "ok"), node("n3", broker.Running, 3, "ok")},
		"n1 sees 2 of 3, n2 no storage": {node("n1", broker.Running, 2, "ok"), node("n2", broker.Running, 3, "no storage"), node("n3", broker.Running, 3, "ok")},
	} {
		if got := unwell(broker.Status{Nodes: nodes}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
