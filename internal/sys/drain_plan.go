package sys

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// DrainPlan is what taking one server out of service would touch.
type DrainPlan struct {
	Target  server.ServerInfo
	Varz    *server.Varz
	Clients []Conn   // client connections on it, without the one that asks
	Leafs   int      // leafnode connections on it
	Others  []string // names of the servers of its cluster that stay
	Blocks  []string // what would stop working; empty: nothing
}

// Drain is the record of a drain that has begun: all that is needed to watch it,
// now or after an interruption.
type Drain struct {
	Schema  string        `json:"schema"`
	Server  string        `json:"server"`
	ID      string        `json:"id"`
	Cluster string        `json:"cluster,omitempty"`
	Domain  string        `json:"domain,omitempty"` // of its JetStream
	Begun   time.Time     `json:"begun"`            // by the server's clock
	Kick    bool          `json:"kick"`             // clients are kicked, the server stays
	Monitor []string      `json:"monitor"`          // where its monitoring port may be reached
	Clients []DrainClient `json:"clients"`          // who was connected
}

// DrainSchema names the JSON form of a [Drain].
const DrainSchema = "natsctl.drain/v1"

// DrainClient is one client that a drain moves.
type DrainClient struct {
	CID     uint64 `json:"cid"`
	Name    string `json:"name,omitempty"`
	User    string `json:"user,omitempty"`
	Account string `json:"account,omitempty"`
	IP      string `json:"ip,omitempty"`
	Lang    string `json:"lang,omitempty"`
}

// Drain begins the record of a drain.
func (p *DrainPlan) Drain(kick bool) Drain {
	d := Drain{
		Schema: DrainSchema, Server: p.Target.Name, ID: p.Target.ID, Cluster: p.Target.Cluster, Domain: p.Target.Domain,
		Begun: p.Target.Time, Kick: kick, Monitor: monitorURLs(p.Target, p.Varz),
	}
	for _, c := range p.Clients {
		i := c.Info
		d.Clients = append(d.Clients, DrainClient{CID: i.Cid, Name: i.Name, User: i.AuthorizedUser, Account: i.Account, IP: i.IP, Lang: i.Lang})
	}
	return d
}

// PlanDrain finds out what taking the server of this name or id out of service
// would touch, and what would stop working with it: a cluster of which it is
// the last server, the JetStream meta group or streams that would lose their
// quorum. It looks at the whole fleet and changes nothing.
func (c *Client) PlanDrain(ctx context.Context, nameOrID string) (*DrainPlan, error) {
	target, err := c.Snapshot(ctx, fleet.Want{
		Kinds: []fleet.Kind{fleet.Varz, fleet.Connz, fleet.Leafz}, Scope: fleet.Scope{Name: nameOrID},
	})
	if err != nil {
		return nil, err
	}
	switch {
	case len(target.Servers) > 1:
		return nil, fmt.Errorf("%w: %d servers are named %s", ErrAmbiguous, len(target.Servers), nameOrID)
	case len(target.Servers) == 0:
		return nil, &IncompleteError{Snapshot: target}
	}
	sv := target.Servers[0]
	if sv.Varz == nil || sv.Connz == nil || sv.Leafz == nil {
		return nil, &IncompleteError{Snapshot: target}
	}
	all, err := c.Snapshot(ctx, fleet.Want{
		Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{Streams: true, Consumers: true, AllReplicas: true},
	})
	if err != nil {
		return nil, err
	}
	p := &DrainPlan{Target: sv.Info, Varz: sv.Varz, Leafs: len(sv.Leafz.Leafs)}
	for _, info := range sv.Connz.Conns {
		if info.Stop == nil && !c.isSelf(sv.Info.ID, info.Cid) {
			p.Clients = append(p.Clients, Conn{Server: sv.Info, Info: info})
		}
	}
	p.judge(all)
	return p, nil
}

// judge finds what would stop working.
func (p *DrainPlan) judge(all *fleet.Snapshot) {
	for _, sv := range all.Servers {
		if sv.Info.ID != p.Target.ID && sv.Info.Cluster == p.Target.Cluster && p.Target.Cluster != "" {
			p.Others = append(p.Others, sv.Info.Name)
		}
	}
	if len(p.Others) == 0 {
		p.Blocks = append(p.Blocks, fmt.Sprintf("it is the last server of %s: its clients have nowhere to go", clusterLabel(p.Target)))
	}
	if n := len(all.Missing); n > 0 {
		p.Blocks = append(p.Blocks, fmt.Sprintf("%d other servers do not answer, so nobody knows whether the rest can do without this one", n))
	}
	me := all.Server(p.Target.ID)
	if me == nil || me.Jsz == nil || me.Jsz.Disabled {
		return
	}
	p.judgeMeta(all)
	for _, g := range raftGroups(all, p.Target.Domain) {
		if why := g.without(p.Target.Name); why != "" {
			p.Blocks = append(p.Blocks, why)
		}
	}
}

func clusterLabel(s server.ServerInfo) string {
	if s.Cluster == "" {
		return "its kind, as it is in no cluster"
	}
	return "cluster " + s.Cluster
}

// judgeMeta finds whether the meta group of the server's domain would lose its
// quorum. A server outside any cluster has no such group.
func (p *DrainPlan) judgeMeta(all *fleet.Snapshot) {
	clustered := false
	for _, sv := range all.Servers {
		if sv.Jsz == nil || sv.Jsz.Meta == nil || sv.Info.Domain != p.Target.Domain {
			continue
		}
		clustered = true
		m := sv.Jsz.Meta
		if m.Leader != sv.Info.Name {
			continue
		}
		online := 1
		for _, r := range m.Replicas {
			if r != nil && !r.Offline {
				online++
			}
		}
		if need := quorum(m); online-1 < need {
			p.Blocks = append(p.Blocks, fmt.Sprintf("the JetStream meta group needs %d of its %d servers and would have %d", need, m.Size, online-1))
		}
		return
	}
	if clustered {
		p.Blocks = append(p.Blocks, "the JetStream meta group has no leader now")
	}
}

// quorum is how many servers a meta group needs; servers before 2.15 do not say.
func quorum(m *server.MetaClusterInfo) int {
	if m.QuorumNeeded > 0 {
		return m.QuorumNeeded
	}
	return m.Size/2 + 1
}

// raftGroup is a stream or consumer with the servers that hold it.
type raftGroup struct {
	what   string          // "stream ORDERS of account APP"
	online map[string]bool // by server name
	told   map[string]bool // those that answered themselves, so that they are online whatever others say
	leader string          // "" when nobody leads
}

// without tells what would be wrong if one server were gone; "" for nothing.
func (g *raftGroup) without(name string) string {
	if _, holds := g.online[name]; !holds {
		return ""
	}
	left := 0
	for server, online := range g.online {
		if online && server != name {
			left++
		}
	}
	switch need := len(g.online)/2 + 1; {
	case len(g.online) == 1:
		return g.what + " has its only replica here"
	case left < need:
		return fmt.Sprintf("%s needs %d of its %d replicas and would have %d", g.what, need, len(g.online), left)
	}
	return ""
}

// raftGroups are the streams and consumers of a domain, by name.
func raftGroups(all *fleet.Snapshot, domain string) []*raftGroup {
	groups := map[string]*raftGroup{}
	for _, sv := range all.Servers {
		if sv.Jsz == nil || sv.Info.Domain != domain {
			continue
		}
		for _, a := range sv.Jsz.AccountDetails {
			for _, s := range a.Streams {
				stream := "stream " + s.Name + " of account " + a.Name
				addGroup(groups, stream, sv.Info.Name, s.Cluster)
				for _, con := range s.Consumer {
					addGroup(groups, "consumer "+con.Name+" of "+stream, sv.Info.Name, con.Cluster)
				}
			}
		}
	}
	out := make([]*raftGroup, 0, len(groups))
	for _, g := range groups {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *raftGroup) int { return strings.Compare(a.what, b.what) })
	return out
}

// addGroup adds what one server tells of a group. Of a server that does not
// tell of itself the leader knows best whether it is online.
func addGroup(groups map[string]*raftGroup, what, teller string, ci *server.ClusterInfo) {
	g := groups[what]
	if g == nil {
		g = &raftGroup{what: what, online: map[string]bool{}, told: map[string]bool{}}
		groups[what] = g
	}
	g.online[teller], g.told[teller] = true, true
	if ci == nil {
		g.leader = teller
		return
	}
	if ci.Leader != "" {
		g.leader = ci.Leader
	}
	for _, r := range ci.Replicas {
		if r == nil || g.told[r.Name] {
			continue
		}
		if _, known := g.online[r.Name]; !known || teller == ci.Leader {
			g.online[r.Name] = !r.Offline
		}
	}
}
