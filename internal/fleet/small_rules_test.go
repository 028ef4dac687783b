package fleet

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// TestUrgentLevels are warnings and worse, and what is not known.
func TestUrgentLevels(t *testing.T) {
	for level, want := range map[Level]bool{OK: false, Info: false, Warn: true, Unknown: true, Crit: true} {
		if level.Urgent() != want {
			t.Errorf("%s: urgent %v", level, level.Urgent())
		}
	}
}

// TestLimitsAdded are without a limit as soon as one of them is.
func TestLimitsAdded(t *testing.T) {
	for _, c := range []struct{ a, b, want int64 }{{1, 2, 3}, {-1, 2, -1}, {2, -1, -1}, {-1, -1, -1}, {0, 0, 0}, {0, 5, 5}, {-5, 5, -1}} {
		if got := limitSum(c.a, c.b); got != c.want {
			t.Errorf("%d and %d: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// TestMissingIsListed finds a missing server by its id, or by its name in its
// cluster, and no other.
func TestMissingIsListed(t *testing.T) {
	s := &Snapshot{Missing: []Missing{{ID: "1", Name: "a", Cluster: "C"}, {ID: "2"}, {Name: "b"}, {}}}
	for _, c := range []struct {
		id, name, cluster string
		want              bool
	}{
		{"1", "x", "D", true},
		{"2", "", "", true},
		{"9", "a", "C", true},
		{"9", "a", "", true},
		{"9", "a", "D", false},
		{"9", "b", "D", true},
		{"9", "x", "C", false},
		{"", "", "", false},
		{"", "", "C", false},
	} {
		if got := lists(s, c.id, c.name, c.cluster); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestTwoLabels keeps the number of servers that have no name.
func TestTwoLabels(t *testing.T) {
	for want, m := range map[string]Missing{"a": {Name: "a", ID: "1", Count: 2}, "1": {ID: "1", Count: 2}, "2 unnamed": {Count: 2}, "unnamed": {Count: 1}} {
		if got := m.Label(); got != want {
			t.Errorf("%+v: %q, want %q", m, got, want)
		}
	}
}

// TestClaimsWithoutTokens may be absent.
func TestClaimsWithoutTokens(t *testing.T) {
	s := &Snapshot{Servers: []*Server{{Accountz: &server.Accountz{Account: &server.AccountInfo{AccountName: "A", Jwt: "JWT"}}}}}
	if got := AccountDetails(s); got == nil || got.Claim != nil || got.Jwt != "" || s.Servers[0].Accountz.Account.Jwt != "JWT" {
		t.Errorf("%+v", got)
	}
}

// TestWithoutRefusals drops the refusals of one request alone, and none where
// every server refused.
func TestWithoutRefusals(t *testing.T) {
	answered := &Server{Accountz: &server.Accountz{Account: &server.AccountInfo{}}}
	problems := []Problem{{Server: "a", Kind: Accountz, Reason: Refused}, {Server: "b", Kind: Accountz, Reason: Late}, {Server: "c", Kind: Varz, Reason: Refused}}
	names := func(s *Snapshot, kind Kind) string {
		var out []string
		for _, p := range s.WithoutRefusals(kind).Problems {
			out = append(out, p.Server)
		}
		return strings.Join(out, "")
	}
	for _, c := range []struct {
		servers []*Server
		kind    Kind
		want    string
	}{{[]*Server{answered}, Accountz, "bc"}, {nil, Accountz, "abc"}, {nil, Varz, "ab"}} {
		if got := names(&Snapshot{Servers: c.servers, Problems: problems}, c.kind); got != c.want || len(problems) != 3 {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
	}
}

// TestWithoutUnsupported drops what servers are too old for, and nothing else.
func TestWithoutUnsupported(t *testing.T) {
	s := &Snapshot{Expected: 3, Problems: []Problem{{Server: "a", Kind: Raftz, Reason: Unsupported}, {Server: "b", Kind: Raftz, Reason: Late}, {Server: "c", Kind: Varz, Reason: Unsupported}}}
	told := s.WithoutUnsupported()
	if len(told.Problems) != 1 || told.Problems[0].Server != "b" || told.Complete() || told.Expected != 3 || len(s.Problems) != 3 || s.Problems[0].Server != "a" {
		t.Errorf("%+v of %+v", told.Problems, s.Problems)
	}
	s.Problems = s.Problems[:1]
	if !s.WithoutUnsupported().Complete() || s.Complete() {
		t.Error("an old server makes a snapshot incomplete")
	}
	s.Missing = []Missing{{Name: "d"}}
	if s.WithoutUnsupported().Complete() {
		t.Error("a missing server is dropped")
	}
}

// TestReplicasOfConsumers follows the consumer, its stream, and what the server
// does for ephemeral ones.
func TestReplicasOfConsumers(t *testing.T) {
	for _, c := range []struct {
		con  *server.ConsumerConfig
		of   *server.StreamConfig
		want int
	}{
		{nil, &server.StreamConfig{Replicas: 3}, 0},
		{&server.ConsumerConfig{}, nil, 0},
		{&server.ConsumerConfig{Replicas: 2}, &server.StreamConfig{Replicas: 3}, 2},
		{&server.ConsumerConfig{Replicas: 5}, &server.StreamConfig{Replicas: 3}, 3},
		{&server.ConsumerConfig{}, &server.StreamConfig{Replicas: 3}, 1},
		{&server.ConsumerConfig{Durable: "d"}, &server.StreamConfig{Replicas: 3}, 3},
		{&server.ConsumerConfig{}, &server.StreamConfig{Replicas: 3, Retention: server.InterestPolicy}, 3},
	} {
		if got := consumerReplicas(c.con, c.of); got != c.want {
			t.Errorf("%+v of %+v: %d, want %d", c.con, c.of, got, c.want)
		}
	}
}

// TestVersionsInOrder puts the older first, by number, and a pre-release before
// its release; text that is not a version comes last, by its letters.
func TestVersionsInOrder(t *testing.T) {
	order := []string{
		"2.9.1", "2.9.10-RC.1", "2.9.10", "2.10.0", "2.10.1-1", "v2.10.1-2", "2.10.1-10", "2.10.1-alpha", "2.10.1-alpha.1", "2.10.1-alpha.beta",
		"2.10.1-beta", "2.10.1-beta.2", "2.10.1-beta.11", "2.10.1-beta.11+a-b", "2.10.1-rc-1", "2.10.1", "2.10.1+b-1", "2.10.2-beta.1", "2.5", "x", "y",
	}
	for i, a := range order {
		for j, b := range order {
			if got := compareVersions(a, b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}

// TestCompressionOfALink is what its connections have, in any order.
func TestCompressionOfALink(t *testing.T) {
	for _, c := range [][3]string{{"", "", ""}, {"off", "", "off"}, {"", "off", "off"}, {"s2", "off", "off"}, {"off", "s2", "off"}, {"s2", "s2", "s2"}} {
		if got := oneCompression(c[0], c[1]); got != c[2] {
			t.Errorf("%q and %q: %q", c[0], c[1], got)
		}
	}
}

// TestLeafListener finds the server that listens at an address, and none where
// several may.
func TestLeafListener(t *testing.T) {
	node := func(name, host, leafHost string, port int) *Node {
		sv := &Server{Info: server.ServerInfo{Name: name, Host: host}, Varz: &server.Varz{}}
		sv.Varz.LeafNode.Host, sv.Varz.LeafNode.Port = leafHost, port
		return &Node{Name: name, Server: sv}
	}
	silent := []*Node{{Name: "ghost"}, {Name: "no VARZ", Server: &Server{}}}
	for _, c := range []struct {
		name  string
		nodes []*Node
		port  int
		want  string
	}{
		{"its own address", []*Node{node("a", "h", "10.0.0.1", 7422)}, 7422, "a"},
		{"every address", []*Node{node("a", "10.0.0.1", "0.0.0.0", 7422)}, 7422, "a"},
		{"every address, of IPv6", []*Node{node("a", "10.0.0.1", "::", 7422)}, 7422, "a"},
		{"no address", []*Node{node("a", "10.0.0.1", "", 7422)}, 7422, "a"},
		{"another address", []*Node{node("x", "10.0.0.1", "10.0.0.2", 7422), node("a", "h", "10.0.0.1", 7422)}, 7422, "a"},
		{"another port", []*Node{node("x", "10.0.0.1", "", 7423), node("a", "10.0.0.1", "", 7422)}, 7422, "a"},
		{"another host", []*Node{node("x", "10.0.0.2", "", 7422)}, 7422, ""},
		{"no port", []*Node{node("x", "10.0.0.1", "", 0)}, 0, ""},
		{"two candidates", []*Node{node("a", "10.0.0.1", "", 7422), node("b", "10.0.0.1", "", 7422)}, 7422, ""},
	} {
		b := &builder{top: &Topology{Nodes: append(silent[:2:2], c.nodes...)}}
		got := ""
		if hub := b.leafListener(&server.LeafInfo{IP: "10.0.0.1", Port: c.port}); hub != nil {
			got = hub.Name
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestUserNames that cannot be read are empty.
func TestUserNames(t *testing.T) {
	for _, token := range []string{"", "a.b", "a.!.c", "a.eyJ.c", "a.W10.c"} {
		if got := UserName(&server.ConnInfo{JWT: token}); got != "" {
			t.Errorf("%q: %q", token, got)
		}
	}
}

// TestLastingAtTheBorders changes the unit when the next one is reached.
func TestLastingAtTheBorders(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Minute: "1m0s", time.Minute - time.Second: "59s", 999 * time.Millisecond: "999ms", time.Second: "1s",
	} {
		if got := Lasting(d.Seconds()); got != want {
			t.Errorf("%s: %q", d, got)
		}
	}
}
