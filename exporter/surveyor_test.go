package exporter_test

import (
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// TestSurveyorAgrees runs a nats-surveyor, whose path stands in NATS_SURVEYOR,
// and an exporter on the same clusters at rest, ours once before and once after
// it, and compares every series. With UPDATE_SURVEYOR set it records what both
// saw for [TestSurveyorRecorded].
func TestSurveyorAgrees(t *testing.T) {
	path := os.Getenv("NATS_SURVEYOR")
	if path == "" {
		t.Skip("NATS_SURVEYOR does not name a nats-surveyor; TestSurveyorRecorded compares with what one showed")
	}
	for name, spec := range map[string]spec.Spec{
		"three": spec.Nodes(3),
		"super": spec.Super(3, "east", "west").WithLeaf("edge", 1, "east"),
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, spec)
			assets(t, c)
			if spec.Leafs != nil {
				leafAssets(t, c)
			}
			rec := &taped{src: sys.New(connect(t, c, "sys"))}
			ours := serveSource(t, rec)
			settled(t, ours, len(c.Nodes()))
			id, _ := c.Identity("sys")
			theirs, _ := runSurveyor(t, path, len(c.Nodes()), "--accounts-detailed", "--user", id.User, "--password", id.Password, "--servers", strings.Join(c.URLs(), ","))
			scrape(t, theirs) // its first one makes the account it asks through known
			settled(t, ours, len(c.Nodes()))
			rec.snapshots = nil
			before := scrape(t, ours)
			text := readAll(t, theirs)
			after := scrape(t, ours)
			compareSurveyor(t, before, parse(t, strings.NewReader(text)), after)
			if os.Getenv("UPDATE_SURVEYOR") != "" {
				recordSurveyor(t, name, text, rec.snapshots)
			}
			clock(t, "nats-surveyor", theirs)
			clock(t, "natsctl, everything and replicas", ours)
		})
	}
}

// TestSurveyorRecorded compares the same on what was recorded of both.
func TestSurveyorRecorded(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range []string{"three", "super"} {
		t.Run(name, func(t *testing.T) {
			theirs, snapshots := recordedSurveyor(t, name)
			ours := serveSource(t, &taped{src: &playback{snapshots}})
			before, after := scrape(t, ours), scrape(t, ours)
			for metric := range compareSurveyor(t, before, theirs, after) {
				seen[metric] = true
			}
		})
	}
	for metric := range correctSet(t) {
		if !seen[metric] {
			t.Errorf("nothing was recorded of %s", metric)
		}
	}
}

// leafAssets gives the leaf node, which is a JetStream domain of its own, a
// stream by a name that the cluster has too.
func leafAssets(t *testing.T, c *broker.Cluster) {
	t.Helper()
	nc, err := c.Node("edge").Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	addStream(t, js, jetstream.StreamConfig{Name: "LOCAL", Subjects: []string{"local.*"}}, 30)
}

// serveSource serves an exporter of any source with everything that
// nats-surveyor shows.
func serveSource(t *testing.T, src fleet.Source) string {
	t.Helper()
	exp := exporter.NewOf(src, exporter.WithMinInterval(0), exporter.WithReplicas(true), exporter.WithCollectors(append(exporter.DefaultCollectors(false), "accounts_detail")...))
	srv := httptest.NewServer(exp.Routes())
	t.Cleanup(srv.Close)
	return srv.URL + "/metrics"
}

// settled waits until all figures of streams and consumers are at rest.
func settled(t *testing.T, url string, servers int) {
	t.Helper()
	before := ""
	eventually(t, url, func(s map[string]string) bool {
		var lines []string
		for key, value := range s {
			if strings.HasPrefix(key, "nats_stream_") || strings.HasPrefix(key, "nats_consumer_") || strings.HasPrefix(key, "nats_core_account_sub_count") {
				lines = append(lines, key+value)
			}
		}
		slices.Sort(lines)
		now := strings.Join(lines, "\n")
		same := now == before && len(find(s, "nats_stream_total_messages", `stream="COPY"`)) == 3 && len(find(s, "nats_server_up")) == servers
		before = now
		return same
	})
}

// runSurveyor starts a nats-surveyor for a fleet of count servers and returns
// the address of its metrics and its process id.
func runSurveyor(t testing.TB, path string, count int, args ...string) (address string, pid int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cmd := exec.CommandContext(t.Context(), path, append([]string{
		"--count", fmt.Sprint(count), "--accounts", "--gatewayz", "--raftz", "--jsz", "all",
		"--addr", "127.0.0.1", "--port", fmt.Sprint(port),
	}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	deadline, tick := time.NewTimer(patience), time.NewTicker(50*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			return "http://" + addr + "/metrics", cmd.Process.Pid
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("nats-surveyor does not listen")
		}
	}
}

// clock tells how long scrapes take.
func clock(t *testing.T, who, url string) {
	t.Helper()
	var took []time.Duration
	n := 0
	for range 20 {
		begin := time.Now()
		n = len(scrape(t, url))
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	t.Logf("%s: median %v, %v to %v, %d series", who, took[len(took)/2], took[0], took[len(took)-1], n)
}
