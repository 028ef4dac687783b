package sys_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// world is a fleet whose every answer a test can set. Made in a testing/synctest
// bubble, rounds over it take no time.
type world struct {
	*stub.Fleet
	t     *testing.T
	nodes map[string]*member
	order []string
	asker *sys.Client // of [world.snapshot]
}

// member is one server of a world, with the answers that tell of its links.
type member struct {
	*stub.Node
	stats    *server.ServerStats
	routez   *server.Routez
	gatewayz *server.Gatewayz
	leafz    *server.Leafz
}

// newWorld starts servers by their names, CLUSTER/SERVER. The servers of a cluster
// are linked by routes, and each leads to the first server of every other
// cluster. A cluster whose name begins with "leaf" is linked to the first server
// of all instead. Clients are connected to the first one.
func newWorld(t *testing.T, names ...string) *world {
	t.Helper()
	w := &world{t: t, nodes: map[string]*member{}, order: names}
	var nodes []*stub.Node
	for i, label := range names {
		m := newMember(label, i, len(names))
		w.nodes[label] = m
		nodes = append(nodes, m.Node)
	}
	for _, a := range names {
		for _, b := range names {
			if a != b {
				w.link(a, b)
			}
		}
	}
	w.Fleet = stub.Start(t, nodes...)
	return w
}

// idOf is the id of a server: 56 characters of base32, like real ones.
func idOf(label string) string {
	letters := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '2' && r <= '7' {
			return r
		}
		return 'X'
	}, strings.ToUpper(label))
	return "N" + (letters + strings.Repeat("Q", 56))[:55]
}

func newMember(label string, i, count int) *member {
	cluster, name, _ := strings.Cut(label, "/")
	m := &member{
		Node: &stub.Node{
			Info: server.ServerInfo{
				Name: name, ID: idOf(label), Cluster: cluster, Host: fmt.Sprint("10.0.0.", i+1), Version: "2.12.0",
				Tags: []string{"az:" + cluster}, Time: time.Now(),
			},
			Data: map[string]any{},
		},
		stats:    &server.ServerStats{Start: time.Now().Add(-time.Hour), ActiveServers: count, Connections: 100 + i},
		routez:   &server.Routez{},
		gatewayz: &server.Gatewayz{Name: cluster, OutboundGateways: map[string]*server.RemoteGatewayz{}, InboundGateways: map[string][]*server.RemoteGatewayz{}},
		leafz:    &server.Leafz{},
	}
	m.Data["STATSZ"], m.Data["ROUTEZ"], m.Data["GATEWAYZ"], m.Data["LEAFZ"] = m.stats, m.routez, m.gatewayz, m.leafz
	m.Data["VARZ"] = &server.Varz{ID: m.Info.ID, Name: name, Port: 4000 + i, MaxConn: 10 + i}
	return m
}

// link makes a tell of its link to b, if there is one.
func (w *world) link(a, b string) {
	from, to := w.nodes[a], w.nodes[b]
	first := slices.IndexFunc(w.order, func(n string) bool { return strings.HasPrefix(n, to.Info.Cluster+"/") })
	switch isLeaf := func(m *member) bool { return strings.HasPrefix(m.Info.Cluster, "leaf") }; {
	case from.Info.Cluster == to.Info.Cluster:
		from.routez.Routes = append(from.routez.Routes, &server.RouteInfo{RemoteID: to.Info.ID, RemoteName: to.Info.Name})
		from.stats.Routes = append(from.stats.Routes, &server.RouteStat{Name: to.Info.Name})
	case isLeaf(to) && a == w.order[0]:
		from.leafz.Leafs = append(from.leafz.Leafs, &server.LeafInfo{Name: to.Info.Name, Account: stub.SystemAccount})
	case isLeaf(from) || isLeaf(to):
	case w.order[first] == b:
		from.gatewayz.OutboundGateways[to.Info.Cluster] = gateTo(to)
		to.gatewayz.InboundGateways[from.Info.Cluster] = append(to.gatewayz.InboundGateways[from.Info.Cluster], gateTo(from))
		from.stats.Gateways = append(from.stats.Gateways, &server.GatewayStat{Name: to.Info.Cluster})
	}
}

func gateTo(m *member) *server.RemoteGatewayz {
	return &server.RemoteGatewayz{Connection: &server.ConnInfo{Name: m.Info.ID}}
}

// gates are the gateways of a server in both directions.
func (m *member) gates() (out []*server.RemoteGatewayz) {
	for _, g := range m.gatewayz.OutboundGateways {
		out = append(out, g)
	}
	for _, gs := range m.gatewayz.InboundGateways {
		out = append(out, gs...)
	}
	return out
}

// unlink makes every server forget its links to one.
func (w *world) unlink(label string) {
	gone := w.nodes[label].Info
	for _, m := range w.nodes {
		m.routez.Routes = slices.DeleteFunc(m.routez.Routes, func(r *server.RouteInfo) bool { return r.RemoteID == gone.ID })
		if m.Info.Cluster == gone.Cluster {
			m.stats.Routes = slices.DeleteFunc(m.stats.Routes, func(r *server.RouteStat) bool { return r.Name == gone.Name })
		}
		m.leafz.Leafs = slices.DeleteFunc(m.leafz.Leafs, func(l *server.LeafInfo) bool { return l.Name == gone.Name })
		for cluster, g := range m.gatewayz.OutboundGateways {
			if g.Connection.Name == gone.ID {
				delete(m.gatewayz.OutboundGateways, cluster)
			}
		}
		for cluster := range m.gatewayz.InboundGateways {
			m.gatewayz.InboundGateways[cluster] = slices.DeleteFunc(m.gatewayz.InboundGateways[cluster], func(g *server.RemoteGatewayz) bool { return g.Connection.Name == gone.ID })
		}
	}
}

// count makes every server say that there are n.
func (w *world) count(n int) {
	for _, m := range w.nodes {
		m.stats.ActiveServers = n
	}
}

// kill ends a server without notice: nothing is linked to it, and it is still
// counted.
func (w *world) kill(label string) {
	w.nodes[label].Gone = true
	w.unlink(label)
}

// mute makes servers hang.
func (w *world) mute(labels ...string) {
	for _, l := range labels {
		w.nodes[l].Mute = true
	}
}

// snapshot asks which servers there are.
func (w *world) snapshot() *fleet.Snapshot {
	w.t.Helper()
	return snapshot(w.t, w.asker, fleet.Want{})
}

// mustJSON is what a server sends for v.
func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

func (w *world) client(opts ...sys.Option) *sys.Client {
	w.t.Helper()
	return sys.New(w.Connect(w.t), opts...)
}

// labels are the servers of a snapshot, CLUSTER/SERVER.
func labels(s *fleet.Snapshot) (out []string) {
	for _, sv := range s.Servers {
		out = append(out, sv.Info.Cluster+"/"+sv.Info.Name)
	}
	slices.Sort(out)
	return out
}

// absent are the missing servers of a snapshot: CLUSTER/SERVER REASON, and via
// whom; a "?" stands for a name that is not known.
func absent(s *fleet.Snapshot) (out []string) {
	for _, m := range s.Missing {
		text := cmp.Or(m.Cluster, "?") + "/" + cmp.Or(m.Name, "?") + " " + string(m.Reason)
		if m.Via != "" {
			text += " via " + m.Via
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

// faults are the problems of a snapshot: SERVER KIND REASON.
func faults(s *fleet.Snapshot) (out []string) {
	for _, p := range s.Problems {
		out = append(out, cmp.Or(p.Server, "?")+" "+string(p.Kind)+" "+string(p.Reason))
	}
	slices.Sort(out)
	return out
}
