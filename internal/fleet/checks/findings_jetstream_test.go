package checks

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// manyMeta is a meta group of five as its leader tells it.
func manyMeta(in *Input, peers ...*server.PeerInfo) {
	for _, sv := range in.Snapshot.Servers[:2] {
		sv.Jsz.Meta = &server.MetaClusterInfo{Name: "hub", Leader: "a", Size: 5}
	}
	first(in).Jsz.Meta.Replicas = peers
}

// domains puts the second server into a domain of its own, the meta group of
// which lacks a peer.
func domains(in *Input) *server.MetaClusterInfo {
	a, b := in.Snapshot.Servers[0], in.Snapshot.Servers[1]
	a.Info.Domain, b.Info.Domain = "east", "west"
	b.Jsz.Meta = &server.MetaClusterInfo{Name: "W", Leader: "b", Size: 3, Pending: 5000}
	return a.Jsz.Meta
}

func metaCases() []findingCase {
	return []findingCase{
		{"meta", "no leader", 1, func(in *Input) { setMeta(in, func(m *server.MetaClusterInfo) { m.Leader = "" }) }, []string{
			"crit|the meta group|C|the meta group has no leader",
		}},
		{"meta", "no leader, in a domain", 1, func(in *Input) {
			setMeta(in, func(m *server.MetaClusterInfo) { m.Leader = "" })
			for _, sv := range in.Snapshot.Servers {
				sv.Info.Domain = "edge"
			}
		}, []string{
			"crit|the meta group of domain edge|C|the meta group of domain edge has no leader",
		}},
		{"meta", "two leaders", 1, func(in *Input) { in.Snapshot.Servers[1].Jsz.Meta.Leader = "b" }, []string{
			"crit|the meta group|C|the meta group has more than one leader, depending on the server asked: a, b",
		}},
		{"meta", "the leader does not answer", 1, func(in *Input) {
			setMeta(in, func(m *server.MetaClusterInfo) { m.Leader = "z" })
		}, []string{
			"warn|the meta group|C|the meta group is led by z, which does not answer",
		}},
		{"meta", "the leader was not asked", 1, func(in *Input) {
			setMeta(in, func(m *server.MetaClusterInfo) { m.Leader = "z" })
			in.Snapshot.Want.Scope.Cluster = "C"
		}, nil},
		{"meta", "no quorum", 1, func(in *Input) {
			manyMeta(in, &server.PeerInfo{Name: "b", Current: true}, &server.PeerInfo{Name: "p3", Offline: true, Current: true}, &server.PeerInfo{Name: "p4", Lag: 150}, &server.PeerInfo{Name: "p5", Lag: 20_000})
		}, []string{
			"crit|the meta group|hub|the meta group has 2 current peers of the 3 that it needs",
			"crit|p5||p5 is not current in the meta group, 20000 operations behind|2e+04 count, limit 1e+04",
			"warn|p3||p3 is offline in the meta group",
			"warn|p4||p4 is not current in the meta group, 150 operations behind|150 count, limit 100",
		}},
		{"meta", "a quorum without a peer", 1, func(in *Input) {
			manyMeta(in, &server.PeerInfo{Name: "b", Current: true}, &server.PeerInfo{Name: "p3", Current: true}, &server.PeerInfo{Name: "p4", Current: true}, &server.PeerInfo{Name: "p5", Lag: 7})
		}, []string{
			"warn|p5||p5 is not current in the meta group, 7 operations behind|7 count, limit 0",
		}},
		{"meta", "a server outside", 1, func(in *Input) {
			manyMeta(in, &server.PeerInfo{Name: "p2", Current: true}, &server.PeerInfo{Name: "p3", Current: true}, &server.PeerInfo{Name: "p4", Current: true}, &server.PeerInfo{Name: "p5", Current: true})
		}, []string{
			"warn|b|C|b runs JetStream and is not in the meta group",
		}},
		{"meta", "of a scope, with its leader", 1, func(in *Input) {
			in.Snapshot.Want.Scope.Cluster = "C"
			first(in).Jsz.Meta.Replicas[0].Offline = true
		}, []string{
			"crit|the meta group|C|the meta group has 1 current peers of the 2 that it needs",
			"warn|b|C|b is offline in the meta group",
		}},
		{"meta-pending", "many wait", 1, func(in *Input) { first(in).Jsz.Meta.Pending = 5000 }, []string{
			"warn|a||5000 operations wait at the meta leader a|5000 count, limit 1000",
		}},
		{"meta-pending", "a leader that is too old to say", 0, func(in *Input) {
			first(in).Info.Version, first(in).Jsz.Meta.Pending = "2.10.21", 5000
		}, nil},
		{"meta", "a quorum of three without one", 1, func(in *Input) {
			setMeta(in, func(m *server.MetaClusterInfo) { m.Size, m.Replicas[0].Offline = 3, true })
		}, []string{
			"crit|the meta group|C|the meta group has 1 current peers of the 2 that it needs",
			"warn|b|C|b is offline in the meta group",
		}},
		{"meta", "of two domains, the first without a leader", 2, func(in *Input) { domains(in).Leader = "" }, []string{
			"crit|the meta group of domain east|C|the meta group of domain east has no leader",
			"crit|the meta group of domain west|W|the meta group of domain west has 1 current peers of the 2 that it needs",
		}},
		{"meta", "of two domains, the leader of the first does not answer", 2, func(in *Input) { domains(in).Leader = "z" }, []string{
			"crit|the meta group of domain west|W|the meta group of domain west has 1 current peers of the 2 that it needs",
			"warn|the meta group of domain east|C|the meta group of domain east is led by z, which does not answer",
		}},
		{"meta", "of two domains, the leader of the first was not asked", 2, func(in *Input) {
			domains(in).Leader = "z"
			in.Snapshot.Want.Scope.Cluster = "C"
		}, []string{
			"crit|the meta group of domain west|W|the meta group of domain west has 1 current peers of the 2 that it needs",
		}},
		{"meta", "two leaders, neither of which answers", 1, func(in *Input) {
			first(in).Jsz.Meta.Leader, in.Snapshot.Servers[1].Jsz.Meta.Leader = "y", "z"
			first(in).Jsz.Meta.Replicas = []*server.PeerInfo{{Name: "b", Lag: 7}}
		}, []string{
			"crit|the meta group|C|the meta group has more than one leader, depending on the server asked: y, z",
		}},
		{"meta-pending", "of two domains, the leader of the first does not answer", 1, func(in *Input) { domains(in).Leader = "z" }, []string{
			"warn|b|west|5000 operations wait at the meta leader b|5000 count, limit 1000",
		}},
	}
}

func streamCases() []findingCase {
	return []findingCase{
		{"streams", "no leader", 1, func(in *Input) { stream(in).Cluster.Leader = "" }, []string{
			"crit|S|APP|stream S in account APP: no leader",
		}},
		{"streams", "the leader does not answer", 1, func(in *Input) {
			stream(in).Cluster.Leader = "z"
			in.Snapshot.Missing = []fleet.Missing{{Name: "z", Reason: fleet.Silent}}
		}, []string{
			"crit|S|APP|stream S in account APP: its leader z does not answer",
		}},
		{"streams", "one of two replicas lags", 1, func(in *Input) {
			stream(in).Cluster.Replicas = []*server.PeerInfo{{Name: "b", Lag: 1500}, {Name: "c", Current: true, Lag: 3}}
		}, []string{
			"warn|S|APP|stream S in account APP: b not current (a replica is 1500 operations behind)|1500 count, limit 1000",
		}},
		{"streams", "both replicas are gone", 1, func(in *Input) {
			stream(in).Cluster.Replicas = []*server.PeerInfo{{Name: "b", Offline: true, Current: true}, {Name: "c"}}
		}, []string{
			"crit|S|APP|stream S in account APP: quorum at risk: b, c not current",
		}},
		{"streams", "messages are lost", 1, func(in *Input) {
			stream(in).State.Lost = &server.LostStreamData{Msgs: []uint64{4, 5}}
		}, []string{
			"crit|S|APP|stream S in account APP: 2 messages lost",
		}},
		{"streams", "current, and far behind", 1, func(in *Input) { stream(in).Cluster.Replicas[0].Lag = 200_000 }, []string{
			"crit|S|APP|stream S in account APP: ok (a replica is 200000 operations behind)|2e+05 count, limit 1e+05",
		}},
		{"streams", "no leader, of two", 1, func(in *Input) {
			stream(in).Cluster = &server.ClusterInfo{Replicas: []*server.PeerInfo{{Name: "b"}}}
		}, []string{
			"crit|S|APP|stream S in account APP: no leader",
		}},
		{"streams", "the only replica is not current", 1, func(in *Input) {
			stream(in).Cluster.Replicas = []*server.PeerInfo{{Name: "b", Lag: 10}}
		}, []string{
			"crit|S|APP|stream S in account APP: quorum at risk: b not current (a replica is 10 operations behind)|10 count, limit 1000",
		}},
		{"streams", "one of two replicas is not current", 1, func(in *Input) {
			stream(in).Cluster.Replicas = []*server.PeerInfo{{Name: "b", Lag: 10}, {Name: "c", Current: true}}
		}, []string{
			"warn|S|APP|stream S in account APP: b not current (a replica is 10 operations behind)|10 count, limit 1000",
		}},
	}
}

func consumerCases() []findingCase {
	return []findingCase{
		{"consumers", "held back, paused, without a leader", 3, func(in *Input) {
			stream(in).Consumer = []*server.ConsumerInfo{
				{Name: "held", Config: &server.ConsumerConfig{MaxAckPending: 5}, NumAckPending: 5},
				{Name: "under", Paused: true},
				{Name: "leaderless", Cluster: &server.ClusterInfo{Replicas: []*server.PeerInfo{{Name: "b"}}}},
			}
		}, []string{
			"crit|leaderless|APP S|consumer leaderless of stream S in account APP: no leader",
			"warn|held|APP S|consumer held of stream S in account APP: held back: as many messages wait for an acknowledgement as it allows",
		}},
		{"replicas", "one of three is gone", 1, func(in *Input) { stream(in).Config = &server.StreamConfig{Replicas: 3} }, []string{
			"warn|S|APP|stream S in account APP has 2 of its 3 replicas|1 count, limit 1",
		}},
		{"replicas", "two of three are gone", 1, func(in *Input) {
			stream(in).Config, stream(in).Cluster.Replicas = &server.StreamConfig{Replicas: 3}, nil
			stream(in).Created = in.Snapshot.Time.Add(-time.Minute)
		}, []string{
			"crit|S|APP|stream S in account APP has 1 of its 3 replicas|2 count, limit 2",
		}},
		{"replicas", "in its first minute", 1, func(in *Input) {
			stream(in).Config, stream(in).Created = &server.StreamConfig{Replicas: 3}, in.Snapshot.Time.Add(-59*time.Second)
		}, nil},
		{"replicas", "as many as it should have", 1, func(in *Input) { stream(in).Config = &server.StreamConfig{Replicas: 2} }, nil},
		{"replicas", "where the leader does not answer", 0, func(in *Input) {
			stream(in).Config, stream(in).Cluster.Leader = &server.StreamConfig{Replicas: 3}, "z"
		}, nil},
		{"replicas", "of consumers: as its stream, its own, ephemeral", 6, func(in *Input) {
			stream(in).Config = &server.StreamConfig{Replicas: 2}
			alone := &server.ClusterInfo{Leader: "a"}
			stream(in).Consumer = []*server.ConsumerInfo{
				{Name: "durable", Config: &server.ConsumerConfig{Durable: "durable"}, Cluster: alone},
				{Name: "own", Config: &server.ConsumerConfig{Durable: "own", Replicas: 1}, Cluster: alone},
				{Name: "ephemeral", Config: &server.ConsumerConfig{}, Cluster: alone},
				{Name: "many", Config: &server.ConsumerConfig{Replicas: 9}, Cluster: alone},
				{Name: "young", Config: &server.ConsumerConfig{Durable: "young"}, Cluster: alone, Created: in.Snapshot.Time},
				{Name: "unknown", Cluster: alone},
			}
		}, []string{
			"warn|durable|APP S|consumer durable of stream S in account APP has 1 of its 2 replicas|1 count, limit 1",
			"warn|many|APP S|consumer many of stream S in account APP has 1 of its 2 replicas|1 count, limit 1",
		}},
		{"replicas", "of an ephemeral consumer of a work queue", 2, func(in *Input) {
			stream(in).Config = &server.StreamConfig{Replicas: 2, Retention: server.WorkQueuePolicy}
			stream(in).Consumer = []*server.ConsumerInfo{{Name: "e", Config: &server.ConsumerConfig{}, Cluster: &server.ClusterInfo{Leader: "a"}}}
		}, []string{
			"warn|e|APP S|consumer e of stream S in account APP has 1 of its 2 replicas|1 count, limit 1",
		}},
		{"origins", "each way to lack one", 7, func(in *Input) {
			stream(in).Mirror = &server.StreamSourceInfo{Name: "GONE", Active: 5 * time.Minute, Lag: 9}
			stream(in).Sources = []*server.StreamSourceInfo{
				{Name: "FINE", Active: 59 * time.Second},
				{Name: "NEVER", Active: -1},
				{Name: "ERR", Active: time.Second, Error: &server.ApiError{Description: "consumer setup failed"}},
				{Name: "FAR", Active: time.Minute, External: &server.ExternalStream{ApiPrefix: "$JS.hub.API"}},
				nil,
				{Name: "MUTE", Active: 0, Error: &server.ApiError{}},
				{Name: "NOW"},
			}
		}, []string{
			"warn|S|APP|stream S in account APP gets nothing from ERR, its source: consumer setup failed",
			"warn|S|APP|stream S in account APP gets nothing from FAR, its source: not heard from for 1m0s (through $JS.hub.API)|60 seconds, limit 0",
			"warn|S|APP|stream S in account APP gets nothing from GONE, its mirror: not heard from for 5m0s|300 seconds, limit 0",
			"warn|S|APP|stream S in account APP gets nothing from MUTE, its source: error",
			"warn|S|APP|stream S in account APP gets nothing from NEVER, its source: never reached",
		}},
		{"origins", "in the first minute of the copy", 1, func(in *Input) {
			stream(in).Mirror, stream(in).Created = &server.StreamSourceInfo{Name: "LATER", Active: -1}, in.Snapshot.Time.Add(-59*time.Second)
		}, nil},
		{"origins", "as a follower tells it", 0, func(in *Input) {
			stream(in).Mirror, stream(in).Cluster.Leader = &server.StreamSourceInfo{Name: "O", Active: -1}, "z"
		}, nil},
		{"unread", "a backlog that grows", 1, func(in *Input) { in.backlog(1606, 1625) }, []string{
			"warn|w|APP S|nobody reads consumer w of stream S in account APP: 1625 messages are pending, 9.5 a second more|1625 count, limit 1",
		}},
		{"unread", "a backlog that stays", 1, func(in *Input) { in.backlog(1625, 1625) }, nil},
		{"unread", "a pull request waits", 1, func(in *Input) { in.backlog(1606, 1625).NumWaiting = 1 }, nil},
		{"unread", "something was delivered", 1, func(in *Input) { in.backlog(1606, 1625).Delivered.Consumer = 1 }, nil},
		{"unread", "something was delivered less than a minute ago", 1, func(in *Input) {
			last := in.Snapshot.Time.Add(-59 * time.Second)
			in.backlog(1606, 1625).Delivered.Last = &last
		}, nil},
		{"unread", "something was delivered a minute ago", 1, func(in *Input) {
			last := in.Snapshot.Time.Add(-time.Minute)
			in.backlog(1606, 1625).Delivered.Last = &last
		}, []string{
			"warn|w|APP S|nobody reads consumer w of stream S in account APP: 1625 messages are pending, 9.5 a second more|1625 count, limit 1",
		}},
		{"unread", "paused", 1, func(in *Input) { in.backlog(1606, 1625).Paused = true }, nil},
		{"unread", "push, with a subscriber", 1, func(in *Input) {
			con := in.backlog(1606, 1625)
			con.Config.DeliverSubject, con.PushBound = "d", true
		}, nil},
		{"unread", "push, without a subscriber", 1, func(in *Input) { in.backlog(1606, 1625).Config.DeliverSubject = "d" }, []string{
			"warn|w|APP S|nobody reads consumer w of stream S in account APP: 1625 messages are pending, 9.5 a second more|1625 count, limit 1",
		}},
		{"unread", "a follower tells it", 0, func(in *Input) {
			in.backlog(1606, 1625).Cluster.Leader = "z"
		}, nil},
		{"unread", "among others that are read, or new", 2, func(in *Input) {
			in.backlog(1606, 1625)
			for _, s := range []*fleet.Snapshot{in.Before, in.Snapshot} {
				st := &s.Servers[0].Jsz.AccountDetails[0].Streams[0]
				read := *st.Consumer[0]
				read.Name, read.NumWaiting = "held", 1 // which makes it the first
				read.Config, read.NumAckPending = &server.ConsumerConfig{Durable: "held", MaxAckPending: 5}, 5
				st.Consumer = append(st.Consumer, &read)
			}
			young := *stream(in).Consumer[0]
			young.Name = "new"
			stream(in).Consumer = append(stream(in).Consumer, &young)
		}, []string{
			"warn|w|APP S|nobody reads consumer w of stream S in account APP: 1625 messages are pending, 9.5 a second more|1625 count, limit 1",
		}},
	}
}

func storageCases() []findingCase {
	return []findingCase{
		{"storage", "file by reservation, memory by use", 2, func(in *Input) {
			js := first(in).Jsz
			js.Config.MaxStore, js.Store, js.ReservedStore = 1000<<20, 10<<20, 850<<20
			js.Config.MaxMemory, js.Memory, js.ReservedMemory = 100<<20, 96<<20, 5<<20
		}, []string{
			"crit|a memory|C|the memory store of a is filling: 96.0 MiB used or reserved, of 100.0 MiB|96 percent, limit 95",
			"warn|a file|C|the file store of a is filling: 850.0 MiB used or reserved, of 1.0 GiB|85 percent, limit 80",
		}},
		{"storage", "without a limit", 2, func(in *Input) { first(in).Jsz.Config.MaxStore, first(in).Jsz.Store = 0, 1<<50 }, nil},
		{"storage", "a server without JetStream", 1, func(in *Input) { first(in).Jsz.Disabled, first(in).Jsz.Store = true, 1<<50 }, nil},
		{"stream-limits", "one that refuses", 1, func(in *Input) {
			stream(in).Config = &server.StreamConfig{MaxBytes: 100 << 20, Discard: server.DiscardNew}
			stream(in).State.Bytes = 90 << 20
		}, []string{
			"warn|S|APP|stream S in account APP holds 90.0 MiB of at most 100.0 MiB, and refuses what is over|90 percent, limit 80",
		}},
		{"stream-limits", "one that makes room", 0, func(in *Input) {
			stream(in).Config = &server.StreamConfig{MaxBytes: 100, Discard: server.DiscardOld}
			stream(in).State.Bytes = 100
		}, nil},
		{"stream-limits", "one without a limit", 0, func(in *Input) {
			stream(in).Config = &server.StreamConfig{MaxBytes: -1, Discard: server.DiscardNew}
		}, nil},
		{"stream-limits", "as many messages as it takes", 1, func(in *Input) {
			stream(in).Config = &server.StreamConfig{MaxMsgs: 50, MaxBytes: 1 << 20, Discard: server.DiscardNew}
			stream(in).State.Msgs, stream(in).State.Bytes = 50, 800
		}, []string{
			"crit|S|APP|stream S in account APP holds 50 of at most 50 messages, and refuses what is over|100 percent, limit 95",
		}},
		{"stream-limits", "many messages, and it makes room", 0, func(in *Input) {
			stream(in).Config, stream(in).State.Msgs = &server.StreamConfig{MaxMsgs: 50}, 50
		}, nil},
		{"stream-limits", "as many consumers as it takes", 1, func(in *Input) {
			stream(in).Config, stream(in).State.Consumers = &server.StreamConfig{MaxConsumers: 10}, 9
		}, []string{
			"warn|S|APP|stream S in account APP holds 9 of at most 10 consumers|90 percent, limit 80",
		}},
		{"ha-assets", "as many as the server takes", 2, func(in *Input) {
			first(in).Jsz.HAAssets, first(in).Jsz.Limits = 40, &server.JSLimitOpts{MaxHAAssets: 40}
		}, []string{
			"crit|a|C|a carries 40 replicated assets, and its max_ha_assets is 40|40 count, limit 40",
		}},
		{"ha-assets", "one fewer than the server takes", 2, func(in *Input) {
			first(in).Jsz.HAAssets, first(in).Jsz.Limits = 39, &server.JSLimitOpts{MaxHAAssets: 40}
		}, nil},
		{"ha-assets", "many", 2, func(in *Input) { first(in).Jsz.HAAssets = 1500 }, []string{
			"warn|a|C|a carries 1500 replicated assets|1500 count, limit 1000",
		}},
		{"storage", "almost full", 2, func(in *Input) { first(in).Jsz.Store = 999 }, []string{
			"crit|a file|C|the file store of a is filling: 999 bytes used or reserved, of 1.0 KiB|99.9 percent, limit 95",
		}},
		{"storage", "memory, where file has no limit", 2, func(in *Input) {
			js := first(in).Jsz
			js.Config.MaxStore, js.Store, js.Config.MaxMemory, js.Memory = 0, 1<<50, 100<<20, 90<<20
		}, []string{
			"warn|a memory|C|the memory store of a is filling: 90.0 MiB used or reserved, of 100.0 MiB|90 percent, limit 80",
		}},
		{"stream-limits", "one that refuses, after one that makes room", 1, func(in *Input) {
			full := *stream(in)
			full.Name, full.Config, full.State.Bytes = "T", &server.StreamConfig{MaxBytes: 100 << 20, Discard: server.DiscardNew}, 90<<20
			acc := first(in).Jsz.AccountDetails[0]
			acc.Streams = append(acc.Streams, full)
		}, []string{
			"warn|T|APP|stream T in account APP holds 90.0 MiB of at most 100.0 MiB, and refuses what is over|90 percent, limit 80",
		}},
	}
}

func raftCases() []findingCase {
	at := func(sec float64) *time.Time {
		led := fleettest.Epoch.Add(time.Duration(sec * float64(time.Second)))
		return &led
	}
	group := func(g server.RaftzGroup) func(*Input) { return func(in *Input) { setRaft(in, "G", g) } }
	return []findingCase{
		{"raft", "no leader", 2, group(server.RaftzGroup{State: "FOLLOWER"}), []string{
			"crit|G|a|raft group G (S) on a has no leader",
		}},
		{"raft", "no leader is normal for an observer", 2, group(server.RaftzGroup{State: "FOLLOWER", Observer: true}), nil},
		{"raft", "a leader names itself later", 2, group(server.RaftzGroup{State: "LEADER"}), nil},
		{"raft", "overrun", 2, group(server.RaftzGroup{State: "LEADER", Leader: "x", Overrun: true}), []string{
			"crit|G|a|raft group G (S) on a is overrun: it cannot keep up",
		}},
		{"raft", "paused while it leads", 2, group(server.RaftzGroup{State: "LEADER", Leader: "x", Paused: true}), []string{
			"warn|G|a|raft group G (S) on a is paused while it leads",
		}},
		{"raft", "paused while it follows", 2, group(server.RaftzGroup{State: "FOLLOWER", Leader: "x", Paused: true}), nil},
		{"raft", "behind", 2, group(server.RaftzGroup{State: "LEADER", Leader: "x", Committed: 30_000, Applied: 5_000}), []string{
			"warn|G|a|raft group G (S) on a has 25000 entries to apply|2.5e+04 count, limit 1e+04",
		}},
		{"raft", "applied more than committed", 2, group(server.RaftzGroup{State: "LEADER", Leader: "x", Committed: 5, Applied: 1 << 40}), nil},
		{"raft", "belongs to nothing for long", 2, func(in *Input) {
			setRaft(in, "lost", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: at(1002 - 61)})
		}, []string{
			"warn|lost|a|raft group lost on a belongs to no stream or consumer that has a leader",
		}},
		{"raft", "belongs to nothing for a minute", 2, func(in *Input) {
			setRaft(in, "lost", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: at(1002 - 60)})
		}, nil},
		{"raft", "belongs to nothing, as far as those tell that answer", 2, func(in *Input) {
			setRaft(in, "lost", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: at(0)})
			in.Snapshot.Missing = []fleet.Missing{{Name: "z", Reason: fleet.Gone}}
		}, nil},
		{"raft", "belongs to its stream for long", 2, func(in *Input) {
			setRaft(in, "G", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: at(0)})
		}, nil},
		{"raft", "belongs to nothing, of one account", 2, func(in *Input) {
			setRaft(in, "lost", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: at(0)})
			in.Snapshot.Want = WantFor(All())
			in.Snapshot.Want.JS.Account = "APP"
		}, nil},
		{"raft", "belongs to nothing, of part of the fleet", 2, func(in *Input) {
			setRaft(in, "lost", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: at(0)})
			in.Snapshot.Want = WantFor(All())
			in.Snapshot.Want.Scope.Name = "a"
		}, nil},
		{"raft", "belongs to nothing, where one did not tell its streams", 2, func(in *Input) {
			setRaft(in, "lost", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: at(0)})
			in.Snapshot.Servers[1].Jsz = nil
		}, nil},
		{"raft", "belongs to nothing since the beginning", 2, func(in *Input) {
			setRaft(in, "orphan", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: &time.Time{}})
		}, []string{
			"warn|orphan|a|raft group orphan on a belongs to no stream or consumer that has a leader",
		}},
		{"raft", "belongs to nothing, and does not say since when", 2, func(in *Input) {
			setRaft(in, "lost", server.RaftzGroup{State: "LEADER", Leader: "x"})
		}, nil},
	}
}
