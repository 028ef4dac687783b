package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// TestLinksOfAPlan names the links between servers, and who is behind each name that a fault can be about.
func TestLinksOfAPlan(t *testing.T) {
	t.Parallel()
	p := drawn(t, spec.Super(1, "a", "b").WithLeaf("edge", 1, "b").WithLeaf("rim", 2, "a"), nil)
	p.Spec.Clusters[0].Nodes = 2
	p = drawn(t, p.Spec, nil)
	var got []string
	for _, l := range p.Links() {
		got = append(got, fmt.Sprint(l.From, ">", l.To, " ", l.Role))
	}
	want := "a-1>a-2 route,a-1>b-1 gateway,a-2>a-1 route,a-2>b-1 gateway,b-1>a-1 gateway,b-1>a-2 gateway,edge>b-1 leaf,rim-1>a-1 leaf,rim-1>a-2 leaf,rim-2>a-1 leaf,rim-2>a-2 leaf"
	if strings.Join(got, ",") != want {
		t.Errorf("got %s", strings.Join(got, ","))
	}
	groups := map[string][]string{
		"a": {"a-1", "a-2"}, "b": {"b-1"}, "edge": {"edge"}, "rim": {"rim-1", "rim-2"},
		"a-1": {"a-1"}, "a-2": {"a-2"}, "b-1": {"b-1"}, "rim-1": {"rim-1"}, "rim-2": {"rim-2"},
	}
	if d := cmp.Diff(groups, p.Groups()); d != "" {
		t.Error(d)
	}
	from, to := p.Node("a-1"), p.Node("b-1")
	if got := p.reach(from, to, RoleGateway); got != to.Addr(RoleGateway) || p.advertised() != "" {
		t.Errorf("direct: %s, advertises %q", got, p.advertised())
	}
	p.Proxies = map[Link]string{{"a-1", "b-1", RoleGateway}: "door"}
	if p.reach(from, to, RoleGateway) != "door" || p.reach(to, from, RoleGateway) != from.Addr(RoleGateway) || p.advertised() != Nowhere {
		t.Errorf("through a door: %s, advertises %q", p.reach(from, to, RoleGateway), p.advertised())
	}
	if n := p.Node("mars"); n.Name != "" {
		t.Errorf("got %+v", n)
	}
}
