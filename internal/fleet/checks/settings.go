package checks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// setting is one row of the table of settings that the servers of a cluster
// should share.
type setting struct {
	name  string // as the configuration calls it
	only  part   // which servers have it
	since bool   // not every supported release reports it: only servers of one release are compared
	value func(v *server.Varz) string
	why   string // what follows when it differs; the check's where it is empty
}

// part is a part of the configuration; servers without it are not compared.
type part int

const (
	everyServer part = iota
	withGateway
	withLeafs
	withWebsocket
	withMQTT
	withJetStream
)

// has reports whether a server has that part of the configuration.
func (p part) has(v *server.Varz) bool {
	switch p {
	case withGateway:
		return v.Gateway.Name != ""
	case withLeafs:
		return v.LeafNode.Port != 0
	case withWebsocket:
		return v.Websocket.Port != 0
	case withMQTT:
		return v.MQTT.Port != 0
	case withJetStream:
		return v.JetStream.Config != nil
	}
	return true
}

const (
	refusals = "What one server accepts, another refuses: clients fail after they reconnect."
	dropping = "Clients that one server keeps, another drops."
	entrance = "Clients and servers that one server lets in, another refuses, or the other way round."
)

// settings is the table.
var settings = []setting{
	{name: "max_payload", value: func(v *server.Varz) string { return fleet.InBytes(int64(v.MaxPayload)) }, why: refusals},
	{name: "max_control_line", value: func(v *server.Varz) string { return fleet.InBytes(int64(v.MaxControlLine)) }, why: refusals},
	{name: "max_pending", value: func(v *server.Varz) string { return fleet.InBytes(v.MaxPending) }, why: dropping},
	{name: "max_connections", value: func(v *server.Varz) string { return fmt.Sprint(v.MaxConn) }, why: refusals},
	{name: "max_subscriptions", value: func(v *server.Varz) string { return orNone(v.MaxSubs) }, why: refusals},
	{name: "write_deadline", value: func(v *server.Varz) string { return v.WriteDeadline.String() }, why: dropping},
	{name: "write_timeout", since: true, value: func(v *server.Varz) string { return cmp.Or(v.WriteTimeout, "default") }, why: dropping},
	{name: "ping_interval", value: func(v *server.Varz) string { return v.PingInterval.String() }, why: dropping},
	{name: "ping_max", value: func(v *server.Varz) string { return fmt.Sprint(v.MaxPingsOut) }, why: dropping},
	{name: "auth_timeout", value: func(v *server.Varz) string { return inSeconds(v.AuthTimeout) }, why: entrance},
	{name: "authorization", value: func(v *server.Varz) string { return onOff(v.AuthRequired) }, why: entrance},
	{name: "trusted operators", value: operatorKeys, why: "Users of an operator that only some servers trust are refused by the others."},
	{name: "tls", value: func(v *server.Varz) string { return onOff(v.TLSRequired) }, why: entrance},
	{name: "tls { verify }", value: func(v *server.Varz) string { return onOff(v.TLSVerify) }, why: entrance},
	{name: "cluster { tls }", value: func(v *server.Varz) string { return onOff(v.Cluster.TLSRequired) }, why: entrance},
	{name: "cluster { pool_size }", since: true, value: func(v *server.Varz) string { return orNone(v.Cluster.PoolSize) }, why: "Servers with pools of different sizes refuse each other's routes."},
	{name: "gateway { tls }", only: withGateway, value: func(v *server.Varz) string { return onOff(v.Gateway.TLSRequired) }, why: entrance},
	{name: "gateway { reject_unknown_cluster }", only: withGateway, value: func(v *server.Varz) string { return onOff(v.Gateway.RejectUnknown) }, why: entrance},
	{name: "gateway { gateways }", only: withGateway, value: func(v *server.Varz) string { return sortedWords(gatewayNamesOf(v)) }, why: "A server that was not told of a cluster may not connect to it after a restart."},
	{name: "leafnodes { tls }", only: withLeafs, value: func(v *server.Varz) string { return onOff(v.LeafNode.TLSRequired) }, why: entrance},
	{name: "websocket { no_tls }", only: withWebsocket, value: func(v *server.Varz) string { return onOff(v.Websocket.NoTLS) }, why: entrance},
	{name: "websocket { same_origin }", only: withWebsocket, value: func(v *server.Varz) string { return onOff(v.Websocket.SameOrigin) }, why: entrance},
	{name: "websocket { allowed_origins }", only: withWebsocket, value: func(v *server.Varz) string { return sortedWords(v.Websocket.AllowedOrigins) }, why: entrance},
	{name: "websocket { no_auth_user }", only: withWebsocket, value: func(v *server.Varz) string { return cmp.Or(v.Websocket.NoAuthUser, "none") }, why: entrance},
	{name: "mqtt { no_auth_user }", only: withMQTT, value: func(v *server.Varz) string { return cmp.Or(v.MQTT.NoAuthUser, "none") }, why: entrance},
	{name: "mqtt { ack_wait }", only: withMQTT, value: func(v *server.Varz) string { return v.MQTT.AckWait.String() }, why: "Messages are delivered again sooner on one server than on another."},
	{name: "mqtt { max_ack_pending }", only: withMQTT, value: func(v *server.Varz) string { return orNone(int(v.MQTT.MaxAckPending)) }, why: dropping},
	{name: "mqtt { js_domain }", only: withMQTT, value: func(v *server.Varz) string { return cmp.Or(v.MQTT.JsDomain, "none") }, why: "MQTT sessions are kept in another place for each server, and lost when a client moves."},
	{name: "jetstream { domain }", only: withJetStream, value: func(v *server.Varz) string { return cmp.Or(v.JetStream.Config.Domain, "none") }, why: "Clients reach JetStream under one name on one server, and under another on the next."},
	{name: "jetstream { unique_tag }", only: withJetStream, value: func(v *server.Varz) string { return cmp.Or(v.JetStream.Config.UniqueTag, "none") }, why: "Where replicas are placed depends on which server is the meta leader."},
	{name: "jetstream { sync_interval }", only: withJetStream, since: true, value: syncInterval, why: "A power failure loses more on one server than on another."},
	{name: "jetstream { strict }", only: withJetStream, since: true, value: func(v *server.Varz) string { return onOff(v.JetStream.Config.Strict) }, why: refusals},
	{name: "jetstream { limits }", only: withJetStream, since: true, value: jetStreamLimits, why: "What may be created depends on which server is the leader."},
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

func orNone(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

func inSeconds(s float64) string { return time.Duration(s * float64(time.Second)).String() }

func sortedWords(list []string) string {
	return cmp.Or(strings.Join(slices.Sorted(slices.Values(list)), " "), "none")
}

func operatorKeys(v *server.Varz) string {
	var keys []string
	for _, op := range v.TrustedOperatorsClaim {
		if op != nil {
			keys = append(keys, op.Subject)
		}
	}
	return sortedWords(keys)
}

func syncInterval(v *server.Varz) string {
	if v.JetStream.Config.SyncAlways {
		return "always"
	}
	return v.JetStream.Config.SyncInterval.String()
}

func jetStreamLimits(v *server.Varz) string {
	l := v.JetStream.Limits
	if l == nil {
		return "none"
	}
	return fmt.Sprintf("max_request_batch %d, max_ack_pending %d, max_ha_assets %d, duplicate_window %s",
		l.MaxRequestBatch, l.MaxAckPending, l.MaxHAAssets, l.Duplicates)
}

// findSettings compares every setting among the servers of each cluster.
func findSettings(c *checkup) {
	clusters := map[string][]*fleet.Server{}
	for _, sv := range c.Snapshot.Servers {
		if sv.Varz != nil && sv.Info.Cluster != "" {
			clusters[sv.Info.Cluster] = append(clusters[sv.Info.Cluster], sv)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(clusters)) {
		if len(clusters[name]) < 2 {
			continue
		}
		c.result.Objects += len(clusters[name])
		for _, s := range settings {
			for _, alike := range s.comparable(clusters[name]) {
				findSetting(c, s, name, alike)
			}
		}
	}
}

// comparable returns the servers that have the setting, in groups that report it
// alike, in the order of their first.
func (s setting) comparable(servers []*fleet.Server) (groups [][]*fleet.Server) {
	at := map[string]int{}
	for _, sv := range servers {
		if !s.only.has(sv.Varz) {
			continue
		}
		release := ""
		if s.since {
			release = sv.Info.Version
		}
		i, known := at[release]
		if !known {
			i = len(groups)
			at[release], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], sv)
	}
	return groups
}

// findSetting reports the servers that differ from most, or, where no value is
// that of most, all of them at once.
func findSetting(c *checkup, s setting, cluster string, servers []*fleet.Server) {
	holders := map[string][]*fleet.Server{}
	for _, sv := range servers {
		holders[s.value(sv.Varz)] = append(holders[s.value(sv.Varz)], sv)
	}
	if len(holders) < 2 {
		return
	}
	for value, most := range holders {
		if len(most)*2 <= len(servers) {
			continue
		}
		for _, sv := range servers {
			if own := s.value(sv.Varz); own != value {
				c.add(Finding{
					Level: fleet.Warn, Object: sv.Info.Name + " " + s.name, Where: cluster, About: on(sv), Why: s.why, Since: sv.Varz.ConfigLoadTime,
					What: fmt.Sprintf("%s of %s is %s, most of %s have %s", s.name, sv.Info.Name, own, cluster, value),
					Next: fmt.Sprintf("Set %s to %s in the configuration of %s, then `natsctl server reload %s`; restart it if it refuses.", s.name, value, sv.Info.Name, sv.Info.Name),
				})
			}
		}
		return
	}
	var parts []string
	for _, value := range slices.Sorted(maps.Keys(holders)) {
		parts = append(parts, fmt.Sprintf("%s on %s", value, someNames(holders[value])))
	}
	c.add(Finding{
		Level: fleet.Warn, Object: cluster + " " + s.name, Where: cluster, About: on(servers...), Why: s.why,
		What: fmt.Sprintf("%s differs among the servers of %s: %s", s.name, cluster, strings.Join(parts, ", ")),
		Next: fmt.Sprintf("Decide which value of %s is meant, set it in every configuration of %s, then `natsctl server reload` each; restart those that refuse.", s.name, cluster),
	})
}
