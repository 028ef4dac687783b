package spec

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSpecDefaults names every default of a specification.
func TestSpecDefaults(t *testing.T) {
	got := must(Spec{Leafs: []Leaf{{}}}.Complete())
	want := Spec{
		Name: "dev", Auth: AuthUsers, Clusters: []Cluster{{Name: "dev", Nodes: 1}},
		Leafs:    []Leaf{{Name: "leaf", Count: 1, Remote: "dev", Account: "APP"}},
		Accounts: []Account{{Name: "APP", Users: []User{{Name: "app"}}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	given := Spec{
		Name: "x", Auth: AuthNKey, Clusters: []Cluster{{Name: "east", Nodes: 2}, {Name: "west", Nodes: 4}}, Accounts: []Account{{Name: "One"}, {Name: "TWO", Users: []User{{Name: "u"}}}},
		Leafs: []Leaf{{Name: "edge", Count: 3, Remote: "west", Account: "TWO"}, {Name: "rim"}},
	}
	got = must(given.Complete())
	want = given
	want.Accounts = []Account{{Name: "One", Users: []User{{Name: "one"}}}, {Name: "TWO", Users: []User{{Name: "u"}}}}
	want.Leafs = []Leaf{given.Leafs[0], {Name: "rim", Count: 1, Remote: "east", Account: "One"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if given.Leafs[1].Remote != "" || given.Accounts[0].Users != nil {
		t.Error("the given specification was changed")
	}
	if got := Nodes(3).WithLeaf("edge", 2, "dev"); got.AllNodes() != 5 || got.CoreNodes() != 3 || got.Cluster("dev").Nodes != 3 || got.Cluster("edge").Nodes != 0 {
		t.Errorf("%d servers, %d of them no leafs", got.AllNodes(), got.CoreNodes())
	}
}

// TestSpecLimits finds each limit at its boundary: the greatest that is possible, and one more.
func TestSpecLimits(t *testing.T) {
	clusters := func(n int) (out []Cluster) {
		for i := range n {
			out = append(out, Cluster{Name: fmt.Sprint("c", i), Nodes: 1})
		}
		return out
	}
	leafs := func(n int) (out []Leaf) {
		for i := range n {
			out = append(out, Leaf{Name: fmt.Sprint("l", i)})
		}
		return out
	}
	long := strings.Repeat("x", 40)
	for _, c := range []struct {
		spec Spec
		want string // "": is valid
	}{
		{Nodes(9), ""},
		{Nodes(10), `cluster "dev" has 10 nodes: 1 to 9 are possible`},
		{Nodes(-1), `cluster "dev" has -1 nodes`},
		{Spec{Leafs: []Leaf{{Count: 9}}}, ""},
		{Spec{Leafs: []Leaf{{Count: 10}}}, `leaf "leaf" has 10 nodes`},
		{Spec{Clusters: clusters(9)}, ""},
		{Spec{Clusters: clusters(10)}, "10 clusters and leaf groups: at most 9 are possible"},
		{Spec{Clusters: clusters(4), Leafs: leafs(5)}, ""},
		{Spec{Clusters: clusters(4), Leafs: leafs(6)}, "10 clusters and leaf groups: at most 9 are possible"},
		{Spec{Name: long}, ""},
		{Spec{Name: long + "x"}, "at most 40"},
		{Spec{Name: "-x"}, `name "-x"`},
		{Spec{Name: "_x"}, `name "_x"`},
		{Spec{Name: "a/b"}, `name "a/b"`},
		{Spec{Name: ".."}, `name ".."`},
		{Spec{Name: "x\n"}, `name "x\n"`},
		{Super(1, "a", "b c"), `cluster "b c"`},
		{Super(1, "east", "east"), `cluster "east" has the name of another cluster`},
		{Single().WithLeaf("dev", 1, "dev"), `leaf "dev" has the name of another cluster`},
		{Nodes(2).WithLeaf("dev-2", 1, "dev"), `"dev-2" would be the name of two nodes`},
		{Nodes(2).WithLeaf("dev-3", 1, "dev"), ""},
		{Single().WithLeaf("x", 2, "dev").WithLeaf("x-1", 1, "dev"), `"x-1" would be the name of two nodes`},
		{Single().WithLeaf("x", 2, "dev").WithLeaf("x-2", 1, "dev"), `"x-2" would be the name of two nodes`},
		{Single().WithLeaf("x", 2, "dev").WithLeaf("x-3", 1, "dev"), ""},
		{Single().WithLeaf("l/x", 1, "dev"), `leaf "l/x"`},
		{Single().WithLeaf("edge", 1, "mars"), `leaf "edge" joins the cluster "mars", which does not exist`},
		{Spec{Leafs: []Leaf{{Account: "NOPE"}}}, `joins the account "NOPE", which does not exist`},
		{Spec{Auth: "magic"}, `authentication "magic" is unknown: none, users, nkey, operator`},
		{Spec{NoJetStream: true, Clusters: []Cluster{{Name: "a", MQTT: true}}}, "which needs JetStream"},
		{Spec{TLS: TLS{Mode: "some"}}, `TLS mode "some" is unknown`},
		{Spec{TLS: TLS{Mode: TLSServer, CA: "mine"}}, `certificate authorities "mine" are unknown`},
		{Spec{TLS: TLS{CA: CAShared}}, "need TLS"},
		{Spec{TLS: TLS{Mode: TLSNone, Validity: "1h"}}, "need TLS"},
		{Spec{TLS: TLS{Mode: TLSMutual, Validity: "soon"}}, `validity "soon" is not a time`},
		{Spec{TLS: TLS{Mode: TLSMutual, Validity: "-1h"}}, ""},
	} {
		_, err := c.spec.Complete()
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v:\n got %v\nwant %s", c.spec, err, c.want)
		}
	}
}

// TestAccountsRefused is what accounts, users, exports and imports cannot be.
func TestAccountsRefused(t *testing.T) {
	perm := Permissions{Pub: []string{"x"}}
	role := []SigningKey{{Role: "r"}}
	for want, accounts := range map[string][]Account{
		`duplicate account "SYS"`: {{Name: "SYS"}},
		`duplicate account "A"`:   {{Name: "A"}, {Name: "B"}, {Name: "A", Users: []User{{Name: "z"}}}},
		`account "a b"`:           {{Name: "a b"}},
		`duplicate user "sys"`:    {{Name: "A", Users: []User{{Name: "sys"}}}},
		`duplicate user "u"`:      {{Name: "A", Users: []User{{Name: "u"}}}, {Name: "B", Users: []User{{Name: "u"}}}},
		`user "u v"`:              {{Name: "A", Users: []User{{Name: "u v"}}}},
		`user "leaf-x": names that begin with leaf- are reserved`:    {{Name: "A", Users: []User{{Name: "leaf-x"}}}},
		`has the role "q", which account "A" has no signing key`:     {{Name: "A", SigningKeys: role, Users: []User{{Name: "u", Role: "q"}}}},
		`user "w" has a role and permissions`:                        {{Name: "A", SigningKeys: role, Users: []User{{Name: "w", Role: "r", Permissions: perm}}}},
		`user "x" has a role and permissions`:                        {{Name: "A", SigningKeys: role, Users: []User{{Name: "x", Role: "r", Permissions: Permissions{Sub: []string{"x"}}}}}},
		`user "y" has a role and permissions`:                        {{Name: "A", SigningKeys: role, Users: []User{{Name: "y", Role: "r", Permissions: Permissions{DenyPub: []string{"x"}}}}}},
		`user "z" has a role and permissions`:                        {{Name: "A", SigningKeys: role, Users: []User{{Name: "z", Role: "r", Permissions: Permissions{DenySub: []string{"x"}}}}}},
		`duplicate role "r" in account "A"`:                          {{Name: "A", SigningKeys: []SigningKey{{Role: "r"}, {Role: "r"}}}},
		`role "r s"`:                                                 {{Name: "A", SigningKeys: []SigningKey{{Role: "r s"}}}},
		`an export of account "A" must be either`:                    {{Name: "A", Exports: []Export{{}}}},
		`an export of account "B" must be either`:                    {{Name: "B", Exports: []Export{{Stream: "x", Service: "y"}}}},
		`an import of account "A" must be either`:                    {{Name: "A", Imports: []Import{{From: "B"}}}, {Name: "B"}},
		`account "A" imports from "C", which is not another account`: {{Name: "A", Imports: []Import{{Stream: "s", From: "C"}}}},
		`account "A" imports from "A", which is not another account`: {{Name: "A", Exports: []Export{{Stream: "s"}}, Imports: []Import{{Stream: "s", From: "A"}}}},
		`account "A" imports s, which account "B" does not export`:   {{Name: "A", Imports: []Import{{Stream: "s", From: "B"}}}, {Name: "B", Exports: []Export{{Service: "s"}}}},
	} {
		_, err := Spec{Auth: AuthOperator, Accounts: accounts}.Complete()
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
	for _, auth := range []AuthMode{AuthNone, AuthUsers, AuthNKey} {
		if _, err := (Spec{Auth: auth, Accounts: []Account{{Name: "A", SigningKeys: role}}}).Complete(); !errors.Is(err, ErrInvalid) {
			t.Errorf("signing keys with %s: %v", auth, err)
		}
	}
}

// TestPermissionsAreEmpty only if no list has anything: any other must be written, or
// the user may do everything.
func TestPermissionsAreEmpty(t *testing.T) {
	t.Parallel()
	list := func(n int) []string { return []string{"a", "b"}[:n] }
	for i := range 3 * 3 * 3 * 3 {
		p := Permissions{Pub: list(i % 3), Sub: list(i / 3 % 3), DenyPub: list(i / 9 % 3), DenySub: list(i / 27)}
		if got := p.IsEmpty(); got != (i == 0) {
			t.Errorf("%+v: %v", p, got)
		}
	}
}

// TestShapes is what the flags of a shape make.
func TestShapes(t *testing.T) {
	for _, c := range []struct {
		shape Shape
		want  string // clusters, then leaf groups
	}{
		{Shape{}, "x:3"},
		{Shape{Nodes: 1}, "x:1"},
		{Shape{Nodes: 2}, "x:2"},
		{Shape{Topology: TopologySingle}, "x:1"},
		{Shape{Topology: TopologySingle, Nodes: 1}, "x:1"},
		{Shape{Topology: TopologyCluster}, "x:3"},
		{Shape{Topology: TopologyCluster, Nodes: 1}, "x:1"},
		{Shape{Topology: TopologySuper}, "east:3 west:3"},
		{Shape{Topology: TopologyHub}, "x:3 leaf:2@x"},
		{Shape{Topology: TopologyMixed}, "east:3 west:3 leaf:2@east"},
		{Shape{Clusters: []string{"solo"}}, "solo:3"},
		{Shape{Clusters: []string{"a", "b", "c"}, Nodes: 2}, "a:2 b:2 c:2"},
		{Shape{Leafs: []string{"4@x"}}, "x:3 leaf:4@x"},
		{Shape{Leafs: []string{"1@x:CHAT", "2@x"}}, "x:3 leafa:1@x:CHAT leafb:2@x"},
		{Shape{Clusters: []string{"a", "b"}, Leafs: []string{"1@b"}}, "a:3 b:3 leaf:1@b"},
		{Shape{Topology: TopologyMixed, Clusters: []string{"q", "r"}}, "q:3 r:3 leaf:2@q"},
		{Shape{Topology: "ring"}, `topology "ring" is unknown: single, cluster, super, hub, mixed`},
		{Shape{Topology: TopologySingle, Nodes: 2}, "topology single has one node, not 2"},
		{Shape{Nodes: -1}, "-1 nodes: at least 1 is needed"},
		{Shape{Topology: TopologyHub, Clusters: []string{"a", "b"}}, "topology hub has one cluster, not 2"},
		{Shape{Topology: TopologyCluster, Clusters: []string{"a", "b"}}, "topology cluster has one cluster, not 2"},
		{Shape{Topology: TopologySuper, Clusters: []string{"a"}}, "topology super has several clusters, not 1"},
		{Shape{Topology: TopologyMixed, Clusters: []string{"a"}}, "topology mixed has several clusters, not 1"},
		{Shape{Leafs: []string{"x"}}, `leaf "x" is not like 2@east`},
		{Shape{Leafs: []string{"0@x"}}, `leaf "0@x"`},
		{Shape{Leafs: []string{"1@"}}, `leaf "1@"`},
		{Shape{Leafs: []string{"1@x:"}}, `leaf "1@x:"`},
	} {
		sp, err := c.shape.Spec("x")
		got := fmt.Sprint(err)
		if err == nil {
			var parts []string
			for _, cl := range sp.Clusters {
				parts = append(parts, fmt.Sprintf("%s:%d", cl.Name, cl.Nodes))
			}
			for _, l := range sp.Leafs {
				parts = append(parts, strings.TrimSuffix(fmt.Sprintf("%s:%d@%s:%s", l.Name, l.Count, l.Remote, l.Account), ":"))
			}
			got = strings.Join(parts, " ")
		} else if !errors.Is(err, ErrInvalid) {
			t.Errorf("%+v: %v", c.shape, err)
		}
		if !strings.Contains(got, c.want) || err == nil && got != c.want {
			t.Errorf("%+v: %s, want %s", c.shape, got, c.want)
		}
	}
	if sp := must(Shape{}.Spec("")); sp.Clusters[0].Name != DefaultName {
		t.Errorf("without a name: %+v", sp)
	}
}

// TestResized adds and removes a node of each group, up to the limits.
func TestResized(t *testing.T) {
	sp := must(Super(3, "east", "west").WithLeaf("edge", 2, "east").WithLeaf("rim", 1, "west").Complete())
	sp.Clusters[1].Nodes = 9
	sp.Leafs[0].Count = 3
	before := fmt.Sprint(sp)
	for _, c := range []struct {
		group string
		by    int
		want  string // how many it has then, or the error
	}{
		{"east", 1, "4"},
		{"east", -1, "2"},
		{"west", -1, "8"},
		{"edge", 1, "4"},
		{"edge", -1, "2"},
		{"west", 1, `cluster "west" has 10 nodes`},
		{"rim", 1, "leaf group rim cannot go from 1 to 2 while it runs"},
		{"mars", 1, `"mars"`},
	} {
		got, err := sp.Resize(c.group, c.by)
		text := fmt.Sprint(err)
		if err == nil {
			text = fmt.Sprint(got.Cluster(c.group).Nodes)
			if i := slices.IndexFunc(got.Leafs, func(l Leaf) bool { return l.Name == c.group }); i >= 0 {
				text = fmt.Sprint(got.Leafs[i].Count)
			}
		}
		if !strings.Contains(text, c.want) || err == nil && text != c.want {
			t.Errorf("%s %+d: %s, want %s", c.group, c.by, text, c.want)
		}
	}
	if fmt.Sprint(sp) != before {
		t.Error("the specification itself was changed")
	}
	sp.Clusters[0].Nodes, sp.Leafs[0].Count = 1, 2
	if _, err := sp.Resize("east", -1); !errors.Is(err, ErrInvalid) {
		t.Errorf("no node left: %v", err)
	}
	if _, err := sp.Resize("edge", -1); !errors.Is(err, ErrInvalid) {
		t.Errorf("one leaf left: %v", err)
	}
	if _, err := sp.Resize("mars", 1); !errors.Is(err, ErrInvalid) {
		t.Errorf("unknown group: %v", err)
	}
}

// TestDiffWords is the text of each kind of difference.
func TestDiffWords(t *testing.T) {
	a := must(Super(3, "east", "west").Complete())
	a.Accounts = []Account{{Name: "A", Users: []User{{Name: "u", Permissions: Permissions{Pub: []string{"p"}, DenySub: []string{"q"}}}}}}
	b := must(Super(3, "east", "west").Complete())
	b.Clusters[1].Websocket, b.NoJetStream = true, true
	b.Accounts = []Account{{Name: "A", SigningKeys: []SigningKey{{Role: "r", Permissions: Permissions{Sub: []string{"s"}}}}, Users: []User{{Name: "u", Permissions: Permissions{Pub: []string{"x"}}}, {Name: "v"}}}}
	want := []string{
		"+ accounts[A].signingKeys[r].sub[0]: s",
		"- accounts[A].users[u].denySub[0]: q",
		"~ accounts[A].users[u].pub[0]: p -> x",
		"+ accounts[A].users[v]: {}",
		"+ clusters[west].websocket: true",
		"+ noJetStream: true",
	}
	if d := cmp.Diff(want, Diff(a, b)); d != "" {
		t.Error(d)
	}
}

// TestMistypedKeys names the nearest known key, or all when none is near.
func TestMistypedKeys(t *testing.T) {
	known := []string{"auth", "clusters", "name"}
	for word, want := range map[string]string{
		"Name": `, did you mean "name"?`, "nme": `, did you mean "name"?`, "cluster": `, did you mean "clusters"?`, "clstrs": `, did you mean "clusters"?`,
		"clstr": "; known: auth, clusters, name", "zebra": "; known: auth, clusters, name", "authh": `, did you mean "auth"?`,
	} {
		if got := suggestion(word, known); got != want {
			t.Errorf("%s: %q", word, got)
		}
	}
	for words, want := range map[[2]string]int{{"", ""}: 0, {"", "abc"}: 3, {"abc", ""}: 3, {"kitten", "sitting"}: 3, {"abc", "abc"}: 0, {"flaw", "lawn"}: 2} {
		if got := distance(words[0], words[1]); got != want {
			t.Errorf("%v: %d", words, got)
		}
	}
}

// TestSpecFileSize takes a file of the largest size and not one byte more.
func TestSpecFileSize(t *testing.T) {
	head := "name: x\n#"
	if _, err := Read(strings.NewReader(head + strings.Repeat("x", maxSpecFile-len(head)))); err != nil {
		t.Error(err)
	}
	if _, err := Read(strings.NewReader(head + strings.Repeat("x", maxSpecFile+1-len(head)))); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	broken := errors.New("broken")
	if _, err := Read(brokenReader{broken}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

// must is the value of a call that cannot fail in a test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
