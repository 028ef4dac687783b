// Package plantest makes plans for tests. Only tests import it.
package plantest

import (
	"path/filepath"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Port gives every listener of every node of a plan a port of its own.
func Port(cluster, node int, r plan.Role) int { return 20000 + cluster*100 + node*10 + int(r) }

// Of is the plan of a specification, in no directory of this machine.
func Of(t testing.TB, s spec.Spec) plan.Plan {
	t.Helper()
	return In(t, s, filepath.Join("/", "clusters", s.Name))
}

// In is the plan of a specification below a directory. Nothing is written.
func In(t testing.TB, s spec.Spec, dir string) plan.Plan {
	t.Helper()
	s, err := s.Complete()
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(s, dir, Port, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Changed is the plan of a specification for the nodes of another plan.
func Changed(t testing.TB, s spec.Spec, old plan.Plan) plan.Plan {
	t.Helper()
	s, err := s.Complete()
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(s, old.Dir, Port, &old)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
