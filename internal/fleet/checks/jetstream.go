package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// jetStreamChecks examine JetStream: the meta group, streams, consumers,
// storage.
var jetStreamChecks = []*Check{
	{
		Name: "meta", About: "Every JetStream domain has a meta leader, a quorum, and peers that are current.",
		Why:    "Without a meta leader no stream or consumer can be created, changed or moved.",
		Next:   "Bring the peers back that are offline; remove one that is gone for good (`nats server cluster peer-remove`).",
		Limits: []Limit{{Name: "meta_lag", About: "operations that a peer is behind", Warn: 100, Crit: 10_000}},
		Needs:  []fleet.Kind{fleet.Jsz}, find: findMeta,
	},
	{
		Name: "meta-pending", About: "The meta leader keeps up with pending operations.",
		Why:    "Creating or changing streams and consumers waits behind them, then times out.",
		Next:   "Find who creates or lists assets in a loop; look at the disk and the CPU of the meta leader.",
		Limits: []Limit{{Name: "meta_pending", About: "operations waiting at the leader", Warn: 1000, Crit: 10_000}},
		Needs:  []fleet.Kind{fleet.Jsz}, find: findMetaPending,
	},
	{
		Name: "streams", About: "Every stream has a leader and replicas that are current.",
		Why:    "Without a leader a stream takes no messages; without current replicas the next failure loses some.",
		Next:   "See `natsctl server report streams`; a replica that does not catch up can be removed and added again.",
		Limits: []Limit{{Name: "stream_lag", About: "operations that a replica is behind", Warn: 1000, Crit: 100_000}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, find: findStreams,
	},
	{
		Name: "consumers", About: "Every consumer has a leader and replicas that are current, and is not held back.",
		Why:    "Without a leader a consumer delivers nothing.",
		Next:   "See `natsctl server report consumers`; check the application if acknowledgements are missing.",
		Limits: []Limit{{Name: "consumer_lag", About: "operations that a replica is behind", Warn: 1000, Crit: 100_000}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, find: findConsumers,
	},
	{
		Name: "replicas", About: "Every stream and consumer has as many replicas as it is configured to have.",
		Why:    "With a replica less, one more failure makes it unavailable or loses messages; no server puts a new one in its place by itself.",
		Next:   "Bring the server back that held it, or make room on another: JetStream enabled, storage free, the placement tags of the stream.",
		Limits: []Limit{{Name: "replicas_missing", About: "replicas of a stream or consumer that are not there, after its first minute", Warn: 1, Crit: 2}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, find: findReplicas,
	},
	{
		Name: "origins", About: "Every mirror and source hears from the stream that it copies.",
		Why:   "What is published to the origin does not arrive in the copy, and readers of the copy are not notified.",
		Next:  "See `natsctl server report origins`; check that the origin exists, and that its account or domain can be reached.",
		Needs: []fleet.Kind{fleet.Jsz}, Asset: true, find: findOrigins,
	},
	{
		Name: "unread", About: "Every consumer with a growing backlog has a reader.",
		Why:    "Its messages pile up in the stream until a limit drops or refuses them.",
		Next:   "Start the application that reads it; delete the consumer if it is no longer used (`nats consumer rm`).",
		Limits: []Limit{{Name: "unread_messages", About: "pending messages of a consumer that nobody reads and that get more", Warn: 1, Crit: never()}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, Rates: true, find: findUnread,
	},
	{
		Name: "storage", About: "No server is near its JetStream storage limits.",
		Why:    "At the limit publishing to its streams fails.",
		Next:   "Delete or limit streams, move some to other servers, or raise max_file_store and max_memory_store.",
		Limits: []Limit{{Name: "storage_percent", About: "of the file or memory store of a server", Warn: 80, Crit: 95}},
		Needs:  []fleet.Kind{fleet.Jsz}, find: findStorage,
	},
	{
		Name: "stream-limits", About: "No stream that refuses new messages is near its own limits.",
		Why:    "At its limit a stream refuses what is published to it, or another consumer.",
		Next:   "Raise the limit, shorten max_age, or let the consumers catch up.",
		Limits: []Limit{{Name: "stream_percent", About: "of max_bytes, max_msgs or max_consumers; of the first two for streams that refuse new messages", Warn: 80, Crit: 95}},
		Needs:  []fleet.Kind{fleet.Jsz}, Asset: true, find: findFullStreams,
	},
	{
		Name: "ha-assets", About: "No server carries too many replicated assets.",
		Why:    "Each is a raft group that sends heartbeats; too many make all of them slow.",
		Next:   "Use fewer replicas for what can be lost, fewer and larger streams, or more servers.",
		Limits: []Limit{{Name: "ha_assets", About: "streams and consumers with replicas, on one server", Warn: 1000, Crit: 2000}},
		Needs:  []fleet.Kind{fleet.Jsz}, find: findHAAssets,
	},
	{
		Name: "raft", About: "Every raft group has a leader, applies what is committed, and belongs to something.",
		Why:    "A stuck group stops its stream or consumer; an orphaned one costs disk and CPU for nothing.",
		Next:   "See `natsctl server request raftz --account ACCOUNT`; step its leader down (`nats stream cluster step-down`), or restart the server that is stuck.",
		Limits: []Limit{{Name: "raft_behind", About: "entries committed and not applied", Warn: 10_000, Crit: 1_000_000}},
		Needs:  []fleet.Kind{fleet.Raftz}, find: findRaft,
	},
}

func findMeta(c *checkup) {
	for _, g := range fleet.MetaGroups(c.Snapshot) {
		c.countObject()
		name := "the meta group"
		if g.Domain != "" {
			name += " of domain " + g.Domain
		}
		f := Finding{Object: name, Where: g.Name, Level: fleet.Crit, About: onMeta(g)}
		switch {
		case g.Leader == "":
			f.What = name + " has no leader"
			f.Next = bringBack(g) + " Until it has a leader, no peer can be removed."
			c.add(f)
			continue
		case len(g.Leaders) > 1:
			f.What = name + " has more than one leader, depending on the server asked: " + strings.Join(g.Leaders, ", ")
			f.Next = "Check again in a minute; if it persists, the fleet is cut in two: check routes and gateways."
			c.add(f)
		case !g.Heard && !c.Snapshot.Want.Scope.IsZero():
			continue // the leader was not asked
		case !g.Heard:
			f.Level = fleet.Warn
			f.What = fmt.Sprintf("%s is led by %s, which does not answer", name, g.Leader)
			c.add(f)
			continue
		case g.Current < g.Quorum:
			f.What = fmt.Sprintf("%s has %d current peers of the %d that it needs", name, g.Current, g.Quorum)
			f.Next = bringBack(g) + " Without a quorum no peer can be removed."
			c.add(f)
		}
		for _, p := range g.Peers {
			findMetaPeer(c, name, p)
		}
		findOutside(c, name, g)
	}
}

// bringBack names the peers of a meta group that do not take part.
func bringBack(g *fleet.MetaGroup) string {
	var away []string
	for _, p := range g.Peers {
		if p.Server == nil || p.Known && (p.Offline || !p.Current) {
			away = append(away, p.Name)
		}
	}
	slices.Sort(away)
	if len(away) == 0 {
		return fmt.Sprintf("Check the routes and gateways among its servers; %d of %d must see each other.", g.Quorum, g.Size)
	}
	return "Bring back " + someWords(away) + "."
}

func findMetaPeer(c *checkup, group string, p *fleet.MetaPeer) {
	f := Finding{Object: p.Name, Where: p.Cluster, Level: fleet.Warn, About: Subject{Servers: []ServerRef{{Name: p.Name, Cluster: p.Cluster}}}}
	f.About.Suspects, f.About.Meta = f.About.Servers, true
	switch {
	case p.Leader || !p.Known:
	case p.Offline:
		f.What = fmt.Sprintf("%s is offline in %s", p.Name, group)
		c.add(f)
	case !p.Current:
		f.What = fmt.Sprintf("%s is not current in %s, %d operations behind", p.Name, group, p.Lag)
		f.Value, f.Unit = float64(p.Lag), "count"
		if level, limit := c.limit("meta_lag").Judge(f.Value); level != fleet.OK {
			f.Level, f.Limit = level, limit
		}
		c.add(f)
	}
}

// findOutside finds servers that run JetStream and are not in its meta group.
func findOutside(c *checkup, group string, g *fleet.MetaGroup) {
	if len(g.Leaders) > 1 {
		return // as the leader that was asked sees it
	}
	for _, name := range g.Outside {
		refs := []ServerRef{{Name: name}}
		if sv := c.Snapshot.Server(name); sv != nil {
			refs[0].Cluster = sv.Info.Cluster
		}
		c.add(Finding{
			Object: name, Where: refs[0].Cluster, Level: fleet.Warn, About: Subject{Servers: refs, Suspects: refs, Meta: true},
			What: fmt.Sprintf("%s runs JetStream and is not in %s", name, group),
			Why:  "No stream or consumer is placed there, and those that it had lack a replica.",
			Next: "Look into its log for why it does not join; a server that was removed joins again when it is restarted.",
		})
	}
}

func findMetaPending(c *checkup) {
	for _, g := range fleet.MetaGroups(c.Snapshot) {
		if leader := c.Snapshot.Server(g.Leader); leader == nil || !fleet.Reports(leader.Info.Version, fleet.FieldMetaPending) {
			continue
		}
		c.countObject()
		c.measure("meta_pending", float64(g.Pending), Finding{
			Object: g.Leader, Where: g.Domain, What: fmt.Sprintf("%d operations wait at the meta leader %s", g.Pending, g.Leader), About: Subject{Servers: []ServerRef{{Name: g.Leader}}, Meta: true},
		})
	}
}

func findStreams(c *checkup) {
	for _, r := range c.streams() {
		c.countObject()
		findAsset(c, "stream_lag", r.Raft.Level, r.MaxLag, Finding{
			Object: r.Name, Where: r.Account, What: fmt.Sprintf("stream %s in account %s: %s", r.Name, r.Account, r.Raft.State), About: onStream(r),
		})
	}
}

func findConsumers(c *checkup) {
	for _, r := range c.consumers() {
		c.countObject()
		findAsset(c, "consumer_lag", r.Raft.Level, r.MaxLag, Finding{
			Object: r.Name, Where: r.Account + " " + r.Stream,
			What:  fmt.Sprintf("consumer %s of stream %s in account %s: %s", r.Name, r.Stream, r.Account, r.Raft.State),
			About: onConsumer(r),
		})
	}
}

// findAsset reports a stream or consumer that has a fault or lags; the worse of
// the two levels counts.
func findAsset(c *checkup, limit string, level fleet.Level, lag uint64, f Finding) {
	byLag, passed := c.limit(limit).Judge(float64(lag))
	f.Level = level.Worse(byLag)
	if f.Level == fleet.OK || f.Level == fleet.Info {
		return
	}
	if lag > 0 {
		f.Value, f.Limit, f.Unit = float64(lag), passed, "count"
		f.What += fmt.Sprintf(" (a replica is %d operations behind)", lag)
	}
	c.add(f)
}

func findStorage(c *checkup) {
	type store struct {
		name  string
		most  uint64
		limit int64
	}
	c.eachJetStream(func(sv *fleet.Server, js *server.JSInfo) {
		for _, store := range []store{
			{"file", max(js.Store, js.ReservedStore), js.Config.MaxStore},
			{"memory", max(js.Memory, js.ReservedMemory), js.Config.MaxMemory},
		} {
			if store.limit <= 0 {
				continue
			}
			c.measure("storage_percent", percent(float64(store.most), float64(store.limit)), Finding{
				Object: sv.Info.Name + " " + store.name, Where: sv.Info.Cluster,
				What: fmt.Sprintf("the %s store of %s is filling: %s used or reserved, of %s",
					store.name, sv.Info.Name, fleet.InBytes(int64(store.most)), fleet.InBytes(store.limit)),
				About: on(sv),
			})
		}
	})
}

func findFullStreams(c *checkup) {
	for _, r := range c.streams() {
		config, state := r.Detail.Config, r.Detail.State
		if config == nil {
			continue
		}
		f := Finding{Object: r.Name, Where: r.Account, About: onStream(r)}
		counted := false
		judge := func(used, limit int64, what string) {
			if limit <= 0 {
				return
			}
			if !counted {
				c.countObject()
			}
			counted = true
			f.What = fmt.Sprintf("stream %s in account %s holds %s", r.Name, r.Account, what)
			c.measure("stream_percent", percent(float64(used), float64(limit)), f)
		}
		if config.Discard == server.DiscardNew { // a stream that discards old messages is normally full
			judge(int64(state.Bytes), config.MaxBytes, fmt.Sprintf("%s of at most %s, and refuses what is over", fleet.InBytes(int64(state.Bytes)), fleet.InBytes(config.MaxBytes)))
			judge(int64(state.Msgs), config.MaxMsgs, fmt.Sprintf("%d of at most %d messages, and refuses what is over", state.Msgs, config.MaxMsgs))
		}
		if n, known := r.Consumers(); known {
			judge(int64(n), int64(config.MaxConsumers), fmt.Sprintf("%d of at most %d consumers", n, config.MaxConsumers))
		}
	}
}

func findHAAssets(c *checkup) {
	c.eachJetStream(func(sv *fleet.Server, js *server.JSInfo) {
		f := Finding{Object: sv.Info.Name, Where: sv.Info.Cluster, What: fmt.Sprintf("%s carries %d replicated assets", sv.Info.Name, js.HAAssets), About: on(sv)}
		if js.Limits != nil && js.Limits.MaxHAAssets > 0 && js.HAAssets >= js.Limits.MaxHAAssets {
			f.Level, f.Value, f.Limit, f.Unit = fleet.Crit, float64(js.HAAssets), float64(js.Limits.MaxHAAssets), "count"
			f.What += fmt.Sprintf(", and its max_ha_assets is %d", js.Limits.MaxHAAssets)
			f.Why = "No replicated stream or consumer is placed there any more: creating one fails with \"no suitable peers\"."
			f.Next = fmt.Sprintf("Raise max_ha_assets in jetstream { limits } of %s, or use fewer replicas for what can be lost.", sv.Info.Name)
			c.add(f)
			return
		}
		c.measure("ha_assets", float64(js.HAAssets), f)
	})
}
