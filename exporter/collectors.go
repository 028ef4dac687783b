package exporter

import (
	"slices"

	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// collector is a part of the exposition that can be selected by name in
// [WithCollectors] and in a scrape's collect[].
type collector struct {
	name    string
	help    string
	kind    fleet.Kind // the request sent to the servers; empty for none
	byDef   bool       // enabled by default
	refine  func(*fleet.Want)
	alsoFor metric.Set // enabled by default when these names are served
}

// collectors is the table of all collectors. The help names the cost of those
// that are disabled by default.
var collectors = []collector{
	{name: "servers", help: "Load, traffic and state of each server.", kind: fleet.Statsz, byDef: true},
	{name: "config", help: "Limits, configuration digest and certificates of each server.", kind: fleet.Varz, byDef: true},
	{name: "routes", help: "Each route of each server.", kind: fleet.Routez, byDef: true},
	{name: "gateways", help: "Each gateway connection of each server.", kind: fleet.Gatewayz, byDef: true},
	{name: "leafs", help: "Each leaf node connection of each server.", kind: fleet.Leafz, byDef: true},
	{name: "accounts", help: "Each account on each server.", kind: fleet.AccountStatz, byDef: true},
	{name: "accounts_detail", help: "Traffic of each account by kind of link: up to 12 series for each account and server.", kind: fleet.AccountStatz},
	{name: "jetstream", help: "JetStream's totals of each server and its meta group.", kind: fleet.Jsz, byDef: true, refine: wantRaft},
	{name: "streams", help: "Each stream, from its leader, with its replicas, sources and mirror.", kind: fleet.Jsz, byDef: true, refine: wantStreams},
	{name: "consumers", help: "Each durable consumer, from its leader; ephemeral ones are summed for each stream.", kind: fleet.Jsz, byDef: true, refine: wantConsumers},
	{name: "health", help: "Health of each server, as it reports it.", kind: fleet.Healthz, byDef: true},
	{name: "raft", help: "The meta group's log on each server.", kind: fleet.Raftz, byDef: true},
	{name: "events", help: "Connects, disconnects, authentication errors, advisories and elections, counted from events.", byDef: true},
	{name: "limits", help: "Limits and expiry of each account, from its claims: one request for each account.", byDef: true},
	{name: "services", help: "Micro services of the accounts given with --account-context; adds 150 ms for each.", byDef: true},
	{name: "subscriptions", help: "The subscription list and its cache, on each server.", kind: fleet.Subsz, alsoFor: metric.NatsExporter},
	{name: "connections", help: "Connections by account, kind and language: every connection is read on every scrape.", kind: fleet.Connz},
	{name: "queues", help: "The longest internal queues of each server.", kind: fleet.Ipqueuesz},
}

func wantRaft(w *fleet.Want) { w.JS.Raft = true }

func wantStreams(w *fleet.Want) {
	w.JS.Raft, w.JS.Streams, w.JS.Config = true, true, true
}

// wantConsumers requests every replica: a consumer's leader is often not the
// leader of its stream, and only the leader's values are right.
func wantConsumers(w *fleet.Want) {
	wantStreams(w)
	w.JS.Consumers, w.JS.AllReplicas = true, true
}

// CollectorInfo describes one entry of collect[].
type CollectorInfo struct {
	Name    string // as in collect[]
	Help    string // what it collects, and the cost if it is disabled by default
	Default bool   // enabled by default
}

// Collectors returns all collectors that [WithCollectors] and collect[] accept.
func Collectors() []CollectorInfo {
	out := make([]CollectorInfo, len(collectors))
	for i, c := range collectors {
		out[i] = CollectorInfo{c.name, c.help, c.byDef}
	}
	return out
}

// DefaultCollectors returns the collectors that are enabled by default;
// perServer reports whether the names of prometheus-nats-exporter are served,
// which require more of them.
func DefaultCollectors(perServer bool) []string {
	var names []string
	for _, c := range collectors {
		if c.byDef || perServer && c.alsoFor == metric.NatsExporter {
			names = append(names, c.name)
		}
	}
	return names
}

// known reports whether name is a collector.
func known(name string) bool {
	return slices.ContainsFunc(collectors, func(c collector) bool { return c.name == name })
}

// wantOf returns what to request from the servers for the chosen collectors.
func wantOf(chosen []string, replicas bool) fleet.Want {
	var want fleet.Want
	for _, c := range collectors {
		if !slices.Contains(chosen, c.name) {
			continue
		}
		if c.kind != "" && c.kind != fleet.Statsz && !slices.Contains(want.Kinds, c.kind) {
			want.Kinds = append(want.Kinds, c.kind)
		}
		if c.refine != nil {
			c.refine(&want)
		}
	}
	if replicas && want.JS.Streams {
		want.JS.AllReplicas = true
	}
	return want
}
