package exporter

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// truths says which metrics change to what when the wire says yes instead of no.
var truths = map[string][]string{
	"claims.nats.limits.wildcards":                                 {"gnatsd_accountz_limit_wildcards 1"},
	"gatewayz.in.configured":                                       {"gnatsd_gatewayz_inbound_gateway_configured 1", "nats_core_gatewayz_inbound_gateway_configured 1", "nats_gateway_configured 1"},
	"gatewayz.out.configured":                                      {"gnatsd_gatewayz_outbound_gateway_configured 1", "nats_core_gatewayz_outbound_gateway_configured 1", "nats_gateway_configured 1"},
	"jsz.account_details.stream_detail.cluster.replicas.current":   {"nats_jetstream_stream_replica_current 1"},
	"jsz.account_details.stream_detail.cluster.replicas.offline":   {"nats_jetstream_stream_replica_offline 1"},
	"jsz.account_details.stream_detail.consumer_detail.paused":     {"nats_jetstream_consumer_paused 1"},
	"jsz.account_details.stream_detail.consumer_detail.push_bound": {"nats_jetstream_consumer_bound 1"},
	"jsz.disabled":                           {"jetstream_server_jetstream_disabled 1", "nats_core_jetstream_server_jetstream_disabled 1", "nats_jetstream_enabled 0"},
	"jsz.meta_cluster.replicas.current":      {"nats_jetstream_meta_peer_current 1"},
	"jsz.meta_cluster.replicas.offline":      {"nats_jetstream_meta_peer_offline 1"},
	"jsz.meta_cluster.rescue":                {"nats_jetstream_meta_rescue 1"},
	"leafz.leafs.is_spoke":                   {"nats_leaf_spoke 1"},
	"statsz.jetstream.meta.replicas.current": {"nats_core_jetstream_cluster_raft_group_replica_peer_current 1"},
	"statsz.jetstream.meta.replicas.offline": {"nats_core_jetstream_cluster_raft_group_replica_peer_offline 1"},
}

// A truth reaches its metrics, the right way round, and no others.
func TestTruthsReachTheirMetrics(t *testing.T) {
	base := renderFilled(t, nil)
	for path, want := range truths {
		got := changes(base, renderFilled(t, func(f *filled) { f.at[path].SetBool(true) }))
		got = slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "nats_cause_") }) // what it means
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	others := renderFilled(t, func(f *filled) {
		for path, field := range f.at {
			if field.Kind() == reflect.Bool && truths[path] == nil {
				field.SetBool(true)
			}
		}
	})
	if got := changes(base, others); len(got) > 0 {
		t.Errorf("%q change with fields that are said to have no metric", got)
	}
}

// changes lists the metrics that have another value after a change, with it.
func changes(before, after map[string]float64) []string {
	changed := map[string]bool{}
	for key, value := range after {
		if old, there := before[key]; there && old != value && key != "nats_exporter_series{}" {
			name, _, _ := strings.Cut(key, "{")
			changed[fmt.Sprint(name, " ", value)] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}
