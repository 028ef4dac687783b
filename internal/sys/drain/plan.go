package drain

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// Plan is what taking one server out of service would affect.
type Plan struct {
	Target  server.ServerInfo
	Varz    *server.Varz
	Clients []sys.Conn // client connections on it, without natsctl's own
	Leafs   int        // leafnode connections on it
	Others  []string   // names of the servers of its cluster that stay
	Blocks  []string   // what would stop working; empty if nothing
}

// Record describes a drain that has begun: all that is needed to watch it,
// now or after an interruption.
type Record struct {
	Schema  string    `json:"schema"`
	Server  string    `json:"server"`
	ID      string    `json:"id"`
	Cluster string    `json:"cluster,omitempty"`
	Domain  string    `json:"domain,omitempty"` // of its JetStream
	Begun   time.Time `json:"begun"`            // by the server's clock
	Kick    bool      `json:"kick"`             // clients are kicked, the server stays
	Monitor []string  `json:"monitor"`          // where its monitoring port may be reached
	Clients []Client  `json:"clients"`          // clients that were connected
}

// Schema names the JSON form of a [Record].
const Schema = "natsctl.drain/v1"

// Client is one client that a drain moves.
type Client struct {
	CID     uint64 `json:"cid"`
	Name    string `json:"name,omitempty"`
	User    string `json:"user,omitempty"`
	Account string `json:"account,omitempty"`
	IP      string `json:"ip,omitempty"`
	Lang    string `json:"lang,omitempty"`
}

// Begin returns the record of a new drain.
func (p *Plan) Begin(kick bool) Record {
	d := Record{
		Schema: Schema, Server: p.Target.Name, ID: p.Target.ID, Cluster: p.Target.Cluster, Domain: p.Target.Domain,
		Begun: p.Target.Time, Kick: kick, Monitor: monitorURLs(p.Target, p.Varz),
	}
	for _, c := range p.Clients {
		i := c.Info
		d.Clients = append(d.Clients, Client{CID: i.Cid, Name: i.Name, User: i.AuthorizedUser, Account: i.Account, IP: i.IP, Lang: i.Lang})
	}
	return d
}

// MakePlan determines what taking the server of this name or id out of service
// would affect, and what would stop working: a cluster of which it is
// the last server, the JetStream meta group or streams that would lose their
// quorum. It looks at the whole fleet and changes nothing.
func MakePlan(ctx context.Context, c *sys.Client, nameOrID string) (*Plan, error) {
	target, err := c.Snapshot(ctx, fleet.Want{
		Kinds: []fleet.Kind{fleet.Varz, fleet.Connz, fleet.Leafz}, Scope: fleet.Scope{Name: nameOrID},
	})
	if err != nil {
		return nil, err
	}
	switch {
	case len(target.Servers) > 1:
		return nil, fmt.Errorf("%w: %d servers are named %s", sys.ErrAmbiguous, len(target.Servers), nameOrID)
	case len(target.Servers) == 0:
		return nil, &sys.IncompleteError{Snapshot: target}
	}
	sv := target.Servers[0]
	if sv.Varz == nil || sv.Connz == nil || sv.Leafz == nil {
		return nil, &sys.IncompleteError{Snapshot: target}
	}
	all, err := c.Snapshot(ctx, fleet.Want{
		Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{Streams: true, Consumers: true, AllReplicas: true},
	})
	if err != nil {
		return nil, err
	}
	p := &Plan{Target: sv.Info, Varz: sv.Varz, Leafs: len(sv.Leafz.Leafs)}
	for _, info := range sv.Connz.Conns {
		if info.Stop == nil && !c.IsSelf(sv.Info.ID, info.Cid) {
			p.Clients = append(p.Clients, sys.Conn{Server: sv.Info, Info: info})
		}
	}
	p.judge(all)
	return p, nil
}

// judge determines what would stop working.
func (p *Plan) judge(all *fleet.Snapshot) {
	for _, sv := range all.Servers {
		if sv.Info.ID != p.Target.ID && sv.Info.Cluster == p.Target.Cluster && p.Target.Cluster != "" {
			p.Others = append(p.Others, sv.Info.Name)
		}
	}
	if len(p.Others) == 0 {
		p.Blocks = append(p.Blocks, fmt.Sprintf("it is the last server of %s: its clients have nowhere to go", clusterLabel(p.Target)))
	}
	if n := all.Absent(); n > 0 {
		p.Blocks = append(p.Blocks, fmt.Sprintf("%d of the other servers did not answer, so natsctl cannot tell whether the rest can do without this one", n))
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

// judgeMeta determines whether the meta group of the server's domain would lose its
// quorum. A server outside any cluster has no such group.
func (p *Plan) judgeMeta(all *fleet.Snapshot) {
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

// quorum returns how many servers a meta group needs; servers before 2.15 do not
// report it.
func quorum(m *server.MetaClusterInfo) int {
	if m.QuorumNeeded > 0 {
		return m.QuorumNeeded
	}
	return m.Size/2 + 1
}
