package simfleet

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// What a server may keep.
const (
	maxMemory = 1 << 30
	maxStore  = 100 << 30
)

// metaGroup are the servers of a JetStream domain: all hubs together, or the servers of one leaf cluster.
func (n *node) metaGroup() []*node {
	if !n.cluster.hub {
		return n.cluster.nodes
	}
	return n.fleet.nodes[:min(len(n.fleet.nodes), n.fleet.spec.Hubs*n.fleet.spec.Size)]
}

func (n *node) metaLeader() *node { return n.metaGroup()[0] }

func (n *node) meta() *server.MetaClusterInfo {
	group, leader := n.metaGroup(), n.metaLeader()
	m := &server.MetaClusterInfo{
		Name: n.info.Domain, Leader: leader.info.Name, Peer: peerID(leader.info.Name), Size: len(group),
		QuorumNeeded: len(group)/2 + 1, Snapshot: &server.MetaSnapshotStats{LastTime: n.fleet.now(), LastDuration: time.Millisecond},
	}
	for _, p := range group {
		if p != n {
			m.Replicas = append(m.Replicas, p.peerInfo())
		}
	}
	return m
}

func (n *node) jetStream() *server.JetStreamVarz {
	stats, config := n.usage(), n.jsConfig()
	return &server.JetStreamVarz{Config: &config, Stats: &stats, Meta: n.meta(), Limits: limits()}
}

// limits are those of a server that configures none.
func limits() *server.JSLimitOpts {
	return &server.JSLimitOpts{DefaultMaxConsumers: server.JSDefaultMaxConsumersPerStream}
}

func (n *node) jsConfig() server.JetStreamConfig {
	return server.JetStreamConfig{
		MaxMemory: maxMemory, MaxStore: maxStore, StoreDir: "/data/jetstream", SyncInterval: 2 * time.Minute,
		Domain: n.info.Domain, CompressOK: true, Strict: true,
	}
}

func (n *node) usage() server.JetStreamStats {
	u := server.JetStreamStats{
		Accounts: n.fleet.spec.Accounts, HAAssets: len(n.streams) + n.countConsumers(),
		API: server.JetStreamAPIStats{Level: server.JSApiLevel, Total: uint64(n.total(0.5)), Errors: uint64(n.total(0.001))}, //nolint:gosec // never negative
	}
	for _, s := range n.streams {
		u.Store += uint64(s.msgs() * s.size) //nolint:gosec // never negative
		u.ReservedStore += 1 << 30
	}
	return u
}

func (n *node) countConsumers() (k int) {
	for _, s := range n.streams {
		k += len(s.consumers)
	}
	return k
}

// jsz is nil without an error when a server stays silent: with leader_only all but the leader of the meta group.
func (n *node) jsz(o server.JSzOptions) (*server.JSInfo, error) {
	if o.LeaderOnly && n != n.metaLeader() {
		return nil, errSilent
	}
	z := &server.JSInfo{
		ID: n.info.ID, Now: n.fleet.now(), JetStreamStats: n.usage(), Config: n.jsConfig(), Limits: limits(),
		Streams: len(n.streams), Consumers: n.countConsumers(), Meta: n.meta(), Total: n.fleet.spec.Accounts,
	}
	for _, s := range n.streams {
		msgs := uint64(s.msgs()) //nolint:gosec // never negative
		z.Messages += msgs
		z.Bytes += msgs * uint64(s.size) //nolint:gosec // never negative
		if o.RaftGroups && s.peers[0] == n {
			z.StreamsLeader++
			z.ConsumersLeader += len(s.consumers)
		}
	}
	for _, a := range n.jszAccounts(o) {
		z.AccountDetails = append(z.AccountDetails, n.accountDetail(a, o))
	}
	return z, nil
}

// jszAccounts are the accounts that a request wants to know about, sorted by name.
func (n *node) jszAccounts(o server.JSzOptions) (names []string) {
	for i := range n.fleet.spec.Accounts {
		if o.Account == account(i) {
			return []string{o.Account}
		}
		names = append(names, account(i))
	}
	if detailed := o.Streams || o.Consumer; !o.Accounts && (o.Account != "" || !detailed) {
		return nil
	}
	limit := o.Limit
	if limit <= 0 {
		limit = 1024
	}
	offset := min(max(o.Offset, 0), len(names))
	return names[offset:min(offset+limit, len(names))]
}

func (n *node) accountDetail(name string, o server.JSzOptions) *server.AccountDetail {
	d := &server.AccountDetail{Name: name, Id: name, Streams: []server.StreamDetail{}}
	for _, s := range n.streams {
		if s.account != name {
			continue
		}
		d.Store += uint64(s.msgs() * s.size) //nolint:gosec // never negative
		if !o.Streams && !o.Consumer || o.StreamLeaderOnly && s.peers[0] != n {
			continue
		}
		d.Streams = append(d.Streams, s.detail(n, o))
	}
	return d
}

func (n *node) raftz(o server.RaftzOptions) server.RaftzStatus {
	name := o.AccountFilter
	if name == "" {
		name = systemAccount
	}
	groups := map[string]server.RaftzGroup{}
	add := func(id string, peers []*node) {
		if o.GroupFilter == "" || o.GroupFilter == id {
			groups[id] = n.raftGroup(id, peers)
		}
	}
	if name == systemAccount {
		add("_meta_", n.metaGroup())
	}
	for _, s := range n.streams {
		if s.account != name {
			continue
		}
		add(s.group(), s.peers)
		for _, c := range s.consumers {
			add(c.group(s), s.peers)
		}
	}
	if len(groups) == 0 {
		return server.RaftzStatus{}
	}
	return server.RaftzStatus{name: groups}
}

func (n *node) raftGroup(id string, peers []*node) server.RaftzGroup {
	leader, since := peers[0], peers[0].start()
	g := server.RaftzGroup{
		ID: peerID(n.info.Name), State: "FOLLOWER", Size: len(peers), QuorumNeeded: len(peers)/2 + 1, Leader: peerID(leader.info.Name),
		EverHadLeader: true, Term: 3, Vote: peerID(leader.info.Name), PTerm: 3, SystemAcc: true, TrafficAcc: systemAccount,
		LeaderSince: &since, Peers: map[string]server.RaftzGroupPeer{},
	}
	g.Committed = uint64(leader.total(0.2)) + uint64(len(id)) //nolint:gosec // never negative
	g.Applied, g.PIndex = g.Committed, g.Committed
	if leader == n {
		g.State = "LEADER"
	}
	for _, p := range peers {
		if p != n {
			g.Peers[peerID(p.info.Name)] = server.RaftzGroupPeer{Name: p.info.Name, Known: true, LastReplicatedIndex: g.Committed, LastSeen: "300ms"}
		}
	}
	return g
}
