package drain

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// jsServer is a server of a cluster that has JetStream.
func jsServer(cluster, name, domain, metaLeader string) *fleet.Server {
	return &fleet.Server{
		Info: server.ServerInfo{Name: name, ID: "N" + name, Cluster: cluster, Domain: domain},
		Jsz:  &server.JSInfo{Meta: &server.MetaClusterInfo{Leader: metaLeader, Size: 3}},
	}
}

// threeServers are n1, n2 and n3, of which n1 leads the meta group.
func threeServers() *fleet.Snapshot {
	s := &fleet.Snapshot{Servers: []*fleet.Server{jsServer("e", "n1", "", "n1"), jsServer("e", "n2", "", "n1"), jsServer("e", "n3", "", "n1")}}
	s.Servers[0].Jsz.Meta.Replicas = []*server.PeerInfo{{Name: "n2"}, {Name: "n3"}}
	return s
}

// holds puts a stream with its replicas on the servers that tell of it.
func holds(sv *fleet.Server, stream, leader string, peers ...*server.PeerInfo) {
	if sv.Jsz.AccountDetails == nil {
		sv.Jsz.AccountDetails = []*server.AccountDetail{{Name: "APP"}}
	}
	a := sv.Jsz.AccountDetails[0]
	a.Streams = append(a.Streams, server.StreamDetail{Name: stream, Cluster: &server.ClusterInfo{Leader: leader, Replicas: peers}})
}

// TestWhatADrainWouldBreak judges plans for n2: what would stop working with it,
// and what would not.
func TestWhatADrainWouldBreak(t *testing.T) {
	online, offline := func(n string) *server.PeerInfo { return &server.PeerInfo{Name: n} }, func(n string) *server.PeerInfo { return &server.PeerInfo{Name: n, Offline: true} }
	for _, tc := range []struct {
		name   string
		edit   func(*fleet.Snapshot)
		blocks []string
	}{
		{"nothing", func(*fleet.Snapshot) {}, nil},
		{"the last of its cluster", func(s *fleet.Snapshot) { s.Servers[0].Info.Cluster, s.Servers[2].Info.Cluster = "w", "w" }, []string{"it is the last server of cluster e: its clients have nowhere to go"}},
		{"another is missing", func(s *fleet.Snapshot) { s.Missing = make([]fleet.Missing, 1) }, []string{"1 of the other servers did not answer, so natsctl cannot tell whether the rest can do without this one"}},
		{"others are missing", func(s *fleet.Snapshot) { s.Missing = make([]fleet.Missing, 2) }, []string{"2 of the other servers did not answer, so natsctl cannot tell whether the rest can do without this one"}},
		{"the meta group has one to lose", func(s *fleet.Snapshot) { s.Servers[0].Jsz.Meta.Size = 3 }, nil},
		{"the meta group would lose its quorum", func(s *fleet.Snapshot) { s.Servers[0].Jsz.Meta.Replicas[1].Offline = true }, []string{"the JetStream meta group needs 2 of its 3 servers and would have 1"}},
		{"the meta group says what it needs", func(s *fleet.Snapshot) { s.Servers[0].Jsz.Meta.QuorumNeeded = 3 }, []string{"the JetStream meta group needs 3 of its 3 servers and would have 2"}},
		{"the meta group has no leader", func(s *fleet.Snapshot) {
			for _, sv := range s.Servers {
				sv.Jsz.Meta.Leader = ""
			}
		}, []string{"the JetStream meta group has no leader now"}},
		{"the meta group of another domain", func(s *fleet.Snapshot) {
			s.Servers[0].Info.Domain, s.Servers[0].Jsz.Meta.Replicas[1].Offline = "leaf", true
			for _, sv := range s.Servers[1:] {
				sv.Jsz.Meta = nil
			}
		}, nil},
		{"JetStream is off", func(s *fleet.Snapshot) {
			s.Servers[1].Jsz.Disabled, s.Servers[0].Jsz.Meta.Replicas[1].Offline = true, true
		}, nil},
		{"a stream's only replica", func(s *fleet.Snapshot) { holds(s.Servers[1], "S", "n2") }, []string{"stream S of account APP has its only replica here"}},
		{"a stream's only replica elsewhere", func(s *fleet.Snapshot) { holds(s.Servers[2], "S", "n3") }, nil},
		{"three replicas", func(s *fleet.Snapshot) {
			holds(s.Servers[0], "S", "n1", online("n2"), online("n3"))
			holds(s.Servers[1], "S", "n1", online("n1"), online("n3"))
			holds(s.Servers[2], "S", "n1", online("n1"), online("n2"))
		}, nil},
		{"three replicas, one offline", func(s *fleet.Snapshot) {
			holds(s.Servers[0], "S", "n1", online("n2"), offline("n4"))
			holds(s.Servers[1], "S", "n1", online("n1"), online("n4")) // a follower does not know
		}, []string{"stream S of account APP needs 2 of its 3 replicas and would have 1"}},
		{"called offline, and answers itself", func(s *fleet.Snapshot) {
			holds(s.Servers[0], "S", "n1", online("n2"), offline("n3"))
			holds(s.Servers[2], "S", "n1", online("n1"), online("n2"))
		}, nil},
		{"a consumer with less replicas than its stream", func(s *fleet.Snapshot) {
			holds(s.Servers[0], "S", "n1", online("n2"), online("n3"))
			holds(s.Servers[1], "S", "n1", online("n1"), online("n3"))
			streams := s.Servers[1].Jsz.AccountDetails[0].Streams
			streams[0].Consumer = []*server.ConsumerInfo{{Name: "C", Cluster: &server.ClusterInfo{Leader: "n2"}}}
		}, []string{"consumer C of stream S of account APP has its only replica here"}},
		{"a stream of another domain", func(s *fleet.Snapshot) {
			s.Servers[2].Info.Domain, s.Servers[2].Jsz.Meta = "leaf", nil
			holds(s.Servers[2], "S", "n2", online("n2"))
		}, nil},
		{"a stream without raft", func(s *fleet.Snapshot) {
			holds(s.Servers[1], "S", "")
			s.Servers[1].Jsz.AccountDetails[0].Streams[0].Cluster = nil
		}, []string{"stream S of account APP has its only replica here"}},
	} {
		s := threeServers()
		tc.edit(s)
		p := Plan{Target: s.Servers[1].Info}
		p.judge(s)
		if !slices.Equal(p.Blocks, tc.blocks) {
			t.Errorf("%s: %q, want %q", tc.name, p.Blocks, tc.blocks)
		}
	}
	s := threeServers()
	s.Servers = append(s.Servers, jsServer("w", "n9", "", "n1"))
	p := Plan{Target: s.Servers[1].Info}
	if p.judge(s); !slices.Equal(p.Others, []string{"n1", "n3"}) {
		t.Errorf("others %v", p.Others)
	}
	alone := Plan{Target: server.ServerInfo{Name: "n1", ID: "Nn1"}}
	alone.judge(&fleet.Snapshot{Servers: []*fleet.Server{{Info: alone.Target}, {Info: server.ServerInfo{Name: "n2", ID: "Nn2"}}}})
	if len(alone.Blocks) != 1 || !strings.Contains(alone.Blocks[0], "in no cluster") {
		t.Errorf("a server outside any cluster: %q", alone.Blocks)
	}
}

// TestRecord keeps all that a watch needs, each from its own field.
func TestRecord(t *testing.T) {
	begun := time.Unix(77, 0)
	p := Plan{
		Target:  server.ServerInfo{Name: "n2", ID: "N2", Cluster: "e", Domain: "hub", Host: "10.0.0.2", Time: begun},
		Varz:    &server.Varz{HTTPHost: "0.0.0.0", IP: "10.0.0.9", HTTPPort: 8222, HTTPSPort: 8443, HTTPBasePath: "/mon"},
		Clients: []sys.Conn{{Info: &server.ConnInfo{Cid: 5, Name: "a", AuthorizedUser: "bob", Account: "APP", IP: "1.2.3.4", Lang: "go"}}},
	}
	r := p.Begin(true)
	want := []string{"http://10.0.0.2:8222/mon", "https://10.0.0.2:8443/mon", "http://10.0.0.9:8222/mon", "https://10.0.0.9:8443/mon"}
	if r.Schema != Schema || r.Server != "n2" || r.ID != "N2" || r.Cluster != "e" || r.Domain != "hub" || !r.Begun.Equal(begun) || !r.Kick || !slices.Equal(r.Monitor, want) {
		t.Errorf("%+v", r)
	}
	if len(r.Clients) != 1 || r.Clients[0] != (Client{CID: 5, Name: "a", User: "bob", Account: "APP", IP: "1.2.3.4", Lang: "go"}) {
		t.Errorf("%+v", r.Clients)
	}
	if p.Begin(false).Kick {
		t.Error("lame duck mode is taken for kicks")
	}
	if got := monitorURLs(p.Target, &server.Varz{}); got != nil {
		t.Errorf("without a port: %v", got)
	}
	if got := monitorURLs(p.Target, nil); got != nil {
		t.Errorf("without VARZ: %v", got)
	}
}

// TestMakePlan refuses what it cannot plan: a name of two servers, and a server that does not tell its connections. What it plans is
// judged, and has no connection that is closed.
func TestMakePlan(t *testing.T) {
	for name, tc := range map[string]struct {
		second string // name of the other server
		change func(*stub.Node)
		want   error
	}{
		"one of two":     {"n2", func(*stub.Node) {}, nil},
		"two of a name":  {"n1", func(*stub.Node) {}, sys.ErrAmbiguous},
		"no connections": {"n2", func(n *stub.Node) { n.Data["CONNZ"] = errors.New("busy") }, sys.ErrIncomplete},
		"no leafs":       {"n2", func(n *stub.Node) { n.Data["LEAFZ"] = errors.New("busy") }, sys.ErrIncomplete},
		"no settings":    {"n2", func(n *stub.Node) { n.Data["VARZ"] = errors.New("busy") }, sys.ErrIncomplete},
	} {
		synctest.Test(t, func(t *testing.T) {
			closed := time.Now()
			node := func(id, name, cluster string) *stub.Node {
				return &stub.Node{Info: server.ServerInfo{ID: id + strings.Repeat("A", 53), Name: name, Cluster: cluster, Version: "2.12.0"}, Data: map[string]any{
					"STATSZ": server.ServerStats{ActiveServers: 2}, "VARZ": server.Varz{}, "LEAFZ": server.Leafz{}, "JSZ": server.JSInfo{Disabled: true},
					"CONNZ": server.Connz{Conns: []*server.ConnInfo{{Cid: 11}, {Cid: 12, Stop: &closed}}, Total: 2, NumConns: 2},
				}}
			}
			first := node("NAA", "n1", "e")
			tc.change(first)
			f := stub.Start(t, first, node("NAB", tc.second, "w"))
			p, err := MakePlan(t.Context(), sys.New(f.Connect(t)), "n1")
			if !errors.Is(err, tc.want) {
				t.Errorf("%s: %v", name, err)
			}
			if tc.want == nil && (err != nil || len(p.Clients) != 1 || p.Clients[0].Info.Cid != 11 || len(p.Blocks) != 1 || !strings.Contains(p.Blocks[0], "last server of cluster e")) {
				t.Errorf("%s: %+v, %v", name, p, err)
			}
		})
	}
}

// TestNamesakeStays counts another server of the same name in the cluster among those that stay.
func TestNamesakeStays(t *testing.T) {
	p := &Plan{Target: server.ServerInfo{ID: "A", Name: "n1", Cluster: "e"}}
	p.judge(&fleet.Snapshot{Servers: []*fleet.Server{{Info: p.Target}, {Info: server.ServerInfo{ID: "B", Name: "n1", Cluster: "e"}}}})
	if !slices.Equal(p.Others, []string{"n1"}) || len(p.Blocks) > 0 {
		t.Errorf("others %v, blocks %v", p.Others, p.Blocks)
	}
}
