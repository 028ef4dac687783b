package exporter

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// pointers collects every pointer of a wire type by its path.
func pointers(path string, v reflect.Value, at map[string]reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if v.CanSet() {
			at[path] = v
		}
		pointers(path, v.Elem(), at)
	case reflect.Slice:
		for i := range v.Len() {
			pointers(path, v.Index(i), at)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() || field.Type == reflect.TypeFor[time.Time]() {
				continue
			}
			key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case field.Anonymous && key == "":
				pointers(path, v.Field(i), at)
			default:
				pointers(path+"."+key, v.Field(i), at)
			}
		}
	}
}

// stays are the metrics that another source has, that say themselves that
// something is absent, or that are 0 without it as in the exporter whose names
// they have.
var stays = map[string]string{
	".account_statz":       "nats_core_account_",
	".connz.connections":   "gnatsd_connz_",
	".jsz.account_details": "nats_core_account_",
	".jsz.account_details.stream_detail.mirror.error":  "nats_jetstream_stream_origin_failed",
	".jsz.account_details.stream_detail.sources.error": "nats_jetstream_stream_origin_failed",
	".routez.routes":              "nats_server_route_peers", // without the route
	".statsz.jetstream":           "nats_core_jetstream_enabled",
	".statsz.jetstream.meta":      "nats_core_jetstream_cluster_raft_group_info",
	".statsz.slow_consumer_stats": "nats_server_slow_consumers_total", // of all kinds
}

// What a server leaves out is absent, never 0, and takes nothing else with it:
// each part of the answers in turn is left out.
func TestLeftOutIsAbsent(t *testing.T) {
	base := byName(renderFilled(t, nil))
	parts := map[string]reflect.Value{}
	pointers("", reflect.ValueOf(fill().snap.Servers[0]), parts)
	if len(parts) < 60 {
		t.Fatalf("only %d parts", len(parts))
	}
	for path := range parts {
		got := byName(renderFilled(t, func(f *filled) {
			own := map[string]reflect.Value{}
			pointers("", reflect.ValueOf(f.snap.Servers[0]), own)
			own[path].SetZero()
		}))
		for name, values := range got {
			for _, v := range values {
				if !slices.Contains(base[name], v) && !excused(path, name) {
					t.Errorf("without %s: %s %v, before %v", path, name, v, base[name])
				}
			}
		}
		for name, value := range shownBelow(path) {
			if slices.Contains(got[name], value) {
				t.Errorf("without %s: %s is still %v", path, name, value)
			}
		}
	}
}

// byName lists the values of each metric.
func byName(series map[string]float64) map[string][]float64 {
	out := map[string][]float64{}
	for key, value := range series {
		name, _, _ := strings.Cut(key, "{")
		out[name] = append(out[name], value)
	}
	return out
}

// shownBelow has the metrics that show fields below a path.
func shownBelow(path string) map[string]float64 {
	at, out := fill().at, map[string]float64{}
	for line := range strings.Lines(strings.TrimSpace(fieldRows)) {
		words := strings.Fields(line)
		field, how, _ := strings.Cut(words[0], "@")
		if !strings.HasPrefix("."+field, path+".") {
			continue
		}
		for _, metric := range words[1:] {
			name, _, _ := strings.Cut(metric, "{")
			out[name] = shown(at, field, how)
		}
	}
	return out
}

func excused(path, name string) bool {
	if strings.HasPrefix(name, "nats_cause_") { // a missing answer is itself a cause
		return true
	}
	if path == ".statsz.gateways" || path == ".statsz.routes" { // a list without members is counted
		return true
	}
	if name == "nats_exporter_series" || path == ".jsz" && strings.HasPrefix(name, "nats_jetstream_meta_") { // from STATSZ then
		return true
	}
	for at, prefix := range stays {
		if (path == at || strings.HasPrefix(path, at+".") && prefix == "nats_core_account_") && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return path == ".jsz" && strings.HasPrefix(name, "nats_core_account_")
}

// A server that is too old to tell a thing sends 0 for it: that is absent. The
// release that tells it first has it.
func TestUntoldByOldServers(t *testing.T) {
	since := map[string][]string{ // the last release without it, the first with it
		"nats_account_subscriptions": {"2.9.25", "2.10.0"}, "nats_core_account_sub_count": {"2.9.25", "2.10.0"}, "gnatsd_accstatz_subscriptions": {"2.9.25", "2.10.0"},
		"nats_server_health_status_code": {"2.9.25", "2.10.0"},
	}
	for _, m := range []string{
		"nats_jetstream_api_level", "nats_jetstream_streams_led", "nats_jetstream_consumers_led", "nats_jetstream_meta_pending", "nats_jetstream_meta_rescue",
		"nats_raft_overruns_total", "nats_server_stalled_clients_total", "nats_leaf_spoke", "nats_core_jetstream_api_pending", "nats_core_account_client_bytes_sent",
		"gnatsd_varz_stalled_clients", "gnatsd_varz_in_client_msgs", "gnatsd_accountz_subscriptions", "gnatsd_varz_jetstream_meta_pending", "gnatsd_varz_gomemlimit", "gnatsd_varz_cluster_pool_size",
	} {
		since[m] = []string{"2.9.0", "2.15.2"}
	}
	for _, version := range []string{"2.9.0", "2.9.25", "2.10.0", "2.15.2"} {
		got := byName(renderFilled(t, func(f *filled) { f.snap.Servers[0].Info.Version = version }))
		for name, at := range since {
			if version == at[0] && len(got[name]) > 0 {
				t.Errorf("%s cannot tell %s: %v", version, name, got[name])
			}
			if version == at[1] && len(got[name]) == 0 {
				t.Errorf("%s tells %s, which is absent", version, name)
			}
		}
	}
}

// A zero that means "not set", "not yet" or "no limit" is absent.
func TestZeroThatMeansNothing(t *testing.T) {
	for path, names := range map[string]string{
		"statsz.gomemlimit": "nats_server_memory_limit_bytes", "statsz.gomaxprocs": "nats_server_gomaxprocs", "statsz.active_servers": "nats_server_known_servers", "statsz.start": "nats_server_start_time_seconds nats_server_uptime_seconds",
		"varz.max_connections": "nats_server_max_connections", "varz.max_payload": "nats_server_max_payload_bytes", "varz.max_pending": "nats_server_max_pending_bytes", "varz.max_subscriptions": "nats_server_max_subscriptions",
		"varz.config_load_time": "nats_server_config_load_time_seconds", "varz.config_digest": "nats_server_config_info", "varz.trusted_operators_claim.exp": "nats_server_operator_expiry_timestamp_seconds",
		"healthz.status_code": "nats_server_health_status_code", "claims.exp": "nats_account_expiry_timestamp_seconds",
		"jsz.meta_cluster.cluster_size": "nats_jetstream_meta_peers", "jsz.meta_cluster.quorum_needed": "nats_jetstream_meta_quorum_needed", "jsz.meta_cluster.snapshot.last_time": "nats_jetstream_meta_snapshot_timestamp_seconds",
		"routez.routes.start": "nats_route_uptime_seconds", "routez.routes.last_activity": "nats_route_idle_seconds", "routez.routes.rtt": "nats_route_rtt_seconds", "leafz.leafs.rtt": "nats_leaf_rtt_seconds",
		"jsz.account_details.stream_detail.created": "nats_jetstream_stream_created_timestamp_seconds", "jsz.account_details.stream_detail.state.first_ts": "nats_jetstream_stream_first_timestamp_seconds", "jsz.account_details.stream_detail.state.last_ts": "nats_jetstream_stream_last_timestamp_seconds",
		"jsz.account_details.stream_detail.config.max_bytes": "nats_jetstream_stream_limit_bytes", "jsz.account_details.stream_detail.config.max_msgs": "nats_jetstream_stream_limit_messages", "jsz.account_details.stream_detail.config.max_age": "nats_jetstream_stream_limit_age_seconds", "jsz.account_details.stream_detail.config.max_consumers": "nats_jetstream_stream_limit_consumers",
		"jsz.account_details.stream_detail.consumer_detail.config.max_ack_pending": "nats_jetstream_consumer_limit_ack_pending_messages", "jsz.account_details.stream_detail.consumer_detail.config.deliver_subject": "nats_jetstream_consumer_bound",
	} {
		got := byName(renderFilled(t, func(f *filled) { f.at[path].SetZero() }))
		for name := range strings.FieldsSeq(names) {
			if len(got[name]) > 0 {
				t.Errorf("%s of 0: %s %v", path, name, got[name])
			}
		}
	}
}

// A limit of -1 is none; one of 0 forbids.
func TestLimitsOfClaims(t *testing.T) {
	for field, name := range map[string]string{
		"conn": "nats_account_limit_connections", "leaf": "nats_account_limit_leafnodes", "subs": "nats_account_limit_subscriptions", "payload": "nats_account_limit_payload_bytes", "imports": "nats_account_limit_imports", "exports": "nats_account_limit_exports",
		"mem_storage": "nats_account_limit_jetstream_memory_bytes", "disk_storage": "nats_account_limit_jetstream_storage_bytes", "streams": "nats_account_limit_jetstream_streams", "consumer": "nats_account_limit_jetstream_consumers",
	} {
		for _, n := range []int64{-1, 0, 1} {
			got := byName(renderFilled(t, func(f *filled) { f.at["claims.nats.limits."+field].SetInt(n) }))[name]
			if n < 0 && len(got) > 0 || n >= 0 && (len(got) != 1 || got[0] != float64(n)) {
				t.Errorf("%s of %d: %s %v", field, n, name, got)
			}
		}
	}
}

// A reservation of -1 turned unsigned is none.
func TestReservationsOfAccounts(t *testing.T) {
	for field, name := range map[string]string{"reserved_memory": "nats_jetstream_account_memory_reserved_bytes", "reserved_storage": "nats_jetstream_account_storage_reserved_bytes"} {
		for n, want := range map[uint64]int{^uint64(0): 0, 1<<63 - 1: 1, 0: 1} {
			if got := byName(renderFilled(t, func(f *filled) { f.at["jsz.account_details."+field].SetUint(n) }))[name]; len(got) != want {
				t.Errorf("%s of %d: %v", field, n, got)
			}
		}
	}
}

// The numbers of an account over JetStream domains: servers of a domain all
// know its figure, so the largest counts, and domains add up.
func TestAccountOverDomains(t *testing.T) {
	snap := sampleFleet()
	snap.Servers = snap.Servers[:3]
	for i, figure := range []struct {
		domain     string
		mem, store uint64
	}{{"hub", 1, 100}, {"hub", 2, 300}, {"edge", 4, 700}} {
		sv := snap.Servers[i]
		sv.Info.Domain = figure.domain
		d := sv.Jsz.AccountDetails[0]
		d.Memory, d.Store, d.ReservedMemory, d.ReservedStore = figure.mem, figure.store, 10*figure.mem, 10*figure.store
		d.Streams = d.Streams[:1]
		st := &d.Streams[0]
		st.Name, st.Cluster.Leader, st.RaftGroup, st.Consumer = "S"+itoa(i), sv.Info.Name, "", nil
		config := *st.Config
		config.Replicas, config.MaxBytes = 3-2*(i/2), int64(1000*(i+1))
		if i == 1 {
			config.Storage = server.MemoryStorage
		}
		st.Config, st.State.Bytes = &config, uint64(11*(i+1))
	}
	series := seriesOf(t, textOf(t, snap, false))
	const account = "{account=AAPP,account_name=APP}"
	for key, want := range map[string]float64{
		"memory_used" + account: 6, "storage_used" + account: 1000, "memory_reserved" + account: 60, "storage_reserved" + account: 10000, "stream_count" + account: 3, "enabled" + account: 1,
		"tiered_storage_used{account=AAPP,account_name=APP,tier=R3}": 11, "tiered_memory_used{account=AAPP,account_name=APP,tier=R3}": 22, "tiered_storage_used{account=AAPP,account_name=APP,tier=R1}": 33, "tiered_memory_used{account=AAPP,account_name=APP,tier=R1}": 0,
		"tiered_storage_reserved{account=AAPP,account_name=APP,tier=R3}": 1000, "tiered_memory_reserved{account=AAPP,account_name=APP,tier=R3}": 2000, "tiered_storage_reserved{account=AAPP,account_name=APP,tier=R1}": 3000,
	} {
		if got, ok := series["nats_core_account_jetstream_"+key]; !ok || got != want {
			t.Errorf("%s: %v %v, want %v", key, got, ok, want)
		}
	}
	if got := series["nats_core_account_count{}"]; got != 1 {
		t.Errorf("accounts: %v", got)
	}
}

// What clients had of an account's traffic is what links had not.
func TestClientsShareOfTraffic(t *testing.T) {
	series := seriesOf(t, textOf(t, oneServer(), false, everything()))
	for key, want := range map[string]float64{
		"client_msgs_sent": 30 - 3 - 2 - 1, "client_bytes_sent": 300 - 30 - 20 - 10, "client_msgs_recv": 40 - 6, "client_bytes_recv": 400 - 60,
		"route_msgs_sent": 3, "gateway_msgs_sent": 2, "leaf_msgs_sent": 1, "leaf_bytes_recv": 10,
	} {
		if got := pick(series, "nats_core_account_"+key); !slices.Equal(got, []float64{want}) {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
}
