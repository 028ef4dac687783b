package exporter_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// untold are metrics that a server of 2.9 knows nothing of.
var untold = []string{
	"nats_account_subscriptions", "nats_core_account_sub_count", "gnatsd_accstatz_subscriptions",
	"nats_account_link_sent_bytes_total", "nats_core_account_client_bytes_sent", "nats_core_account_route_msgs_recv",
	"nats_server_health_status_code", "nats_server_stalled_clients_total", "nats_server_stale_connections_total", "nats_server_memory_limit_bytes",
	"nats_jetstream_api_level", "nats_jetstream_streams_led", "nats_jetstream_consumers_led",
	"nats_core_jetstream_server_total_stream_leaders", "nats_core_jetstream_server_total_consumer_leaders",
	"nats_jetstream_meta_pending", "nats_jetstream_meta_rescue", "nats_jetstream_meta_quorum_needed", "nats_core_jetstream_api_pending",
	"nats_raft_committed_index", "nats_server_config_info", "nats_server_disk_io_waits_total", "nats_leaf_spoke",
	"gnatsd_varz_stalled_clients", "gnatsd_varz_stale_connections", "gnatsd_varz_in_client_msgs", "gnatsd_varz_jetstream_stats_api_level", "gnatsd_varz_jetstream_meta_pending",
}

// What an old server does not report is absent, never 0; what it does is there.
// The cluster is of the nats-server in the path, if that is of 2.9.
func TestOldServers(t *testing.T) {
	t.Parallel()
	sys, app := oldCluster(t)
	js, err := jetstream.New(app)
	if err != nil {
		t.Fatal(err)
	}
	addStream(t, js, jetstream.StreamConfig{Name: "OLD", Subjects: []string{"old.*"}, Replicas: 3}, 20)
	var all []string
	for _, c := range exporter.Collectors() {
		all = append(all, c.Name)
	}
	url := serve(t, sys, exporter.WithCollectors(all...), exporter.WithExporterNames(""))
	series := eventually(t, url, func(s map[string]string) bool {
		return len(find(s, "nats_server_up")) == 3 && len(find(s, "nats_jetstream_stream_messages", `stream="OLD"`)) == 1 && len(find(s, "nats_server_answer_missing", `reason="late"`)) == 0
	})
	for _, name := range untold {
		if got := find(series, name); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, want := range map[string]string{
		"nats_jetstream_stream_messages": "20", "nats_stream_total_messages": "20", "nats_server_healthy": "1", "nats_server_memory_bytes": "",
		"nats_account_connections": "", "nats_core_account_conn_count": "", "gnatsd_varz_connections": "", "nats_jetstream_meta_peers": "3", "nats_route_subscriptions": "",
	} {
		got := find(series, name)
		if len(got) == 0 || want != "" && got[0] != want {
			t.Errorf("%s: %v, want %s", name, got, want)
		}
	}
	if got := find(series, "nats_server_answer_missing", `kind="RAFTZ"`, `reason="unsupported"`); len(got) != 3 {
		t.Errorf("RAFTZ: %v", got)
	}
}

// oldCluster starts three servers of 2.9, and connects a user of the system
// account and one of another.
func oldCluster(t *testing.T) (sys, app *nats.Conn) {
	t.Helper()
	return startOld(t, testcluster.Program(t, "2.9"), testcluster.Ports(t, 3), testcluster.Ports(t, 3))
}

func startOld(t *testing.T, bin string, clients, routes []int) (sys, app *nats.Conn) {
	t.Helper()
	dir := t.TempDir()
	for i := range clients {
		conf := fmt.Sprintf(`
server_name: old-%d
listen: "127.0.0.1:%d"
cluster { name: old, listen: "127.0.0.1:%d", routes: ["nats://127.0.0.1:%d", "nats://127.0.0.1:%d", "nats://127.0.0.1:%d"] }
jetstream { store_dir: %q }
accounts {
  SYS { users: [{user: sys, password: sys}] }
  APP { users: [{user: app, password: app}], jetstream: enabled }
}
system_account: SYS
`, i+1, clients[i], routes[i], routes[0], routes[1], routes[2], filepath.Join(dir, fmt.Sprint("js", i)))
		file := filepath.Join(dir, fmt.Sprint(i, ".conf"))
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bin, "-c", file)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		})
	}
	return dialOld(t, clients[0], "sys"), dialOld(t, clients[1], "app")
}

// dialOld connects once the server listens.
func dialOld(t *testing.T, port int, user string) *nats.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		nc, err := nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", port), nats.UserInfo(user, user))
		if err == nil {
			t.Cleanup(nc.Close)
			return nc
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal(err)
		}
	}
}
