package main

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// BenchmarkServerLs times server ls as a whole process on a healthy cluster of
// three, beside the process that does nothing but start, and beside the nats
// CLI where one is installed. NATSCTL_BIN names the binary.
func BenchmarkServerLs(b *testing.B) {
	bin := os.Getenv("NATSCTL_BIN")
	if bin == "" {
		b.Skip("NATSCTL_BIN names no binary; make bench does")
	}
	cluster, err := broker.Start(b.Context(), spec.Nodes(3))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cluster.Close() })
	id, _ := cluster.Identity("sys")
	url := withUser(cluster.Nodes()[0].ClientURL(), id)
	rivals := map[string][]string{
		"version": {bin, "version"},
		"ls":      {bin, "-s", url, "server", "ls"},
		"ping":    {bin, "-s", url, "server", "ping"},
	}
	if nats, err := exec.LookPath("nats"); err == nil {
		rivals["nats"] = []string{nats, "-s", url, "server", "list"}
	}
	home := b.TempDir()
	took := map[string][]time.Duration{}
	for range max(31, b.N) {
		for name, argv := range rivals {
			cmd := exec.Command(argv[0], argv[1:]...)
			cmd.Env = []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home}
			began := time.Now()
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%s: %v: %s", name, err, out)
			}
			took[name] = append(took[name], time.Since(began))
		}
	}
	mid := map[string]float64{}
	for name, d := range took {
		slices.Sort(d)
		mid[name] = d[len(d)/2].Seconds() * 1000
		b.ReportMetric(mid[name], "ms_"+name)
	}
	b.ReportMetric(mid["ls"]/mid["version"], "x_version")
	if most := 1.5*mid["version"] + 10; mid["ls"] > most {
		b.Errorf("server ls takes %.1f ms, more than 1.5 times version plus 10 ms (%.1f ms)", mid["ls"], most)
	}
	call := fleetCall(b, cluster)
	b.ReportMetric(call, "ms_call")
	if call > 10 {
		b.Errorf("one question to three servers takes %.1f ms, more than 10 ms", call)
	}
	if nats, ok := mid["nats"]; ok {
		b.ReportMetric(nats/mid["ls"], "x_faster_than_nats")
		b.ReportMetric(nats/call, "x_call_faster_than_nats")
		if nats < 5*mid["ls"] || nats < 20*call {
			b.Errorf("nats server list takes %.1f ms, less than 5 times server ls (%.1f ms) or 20 times its question (%.1f ms)", nats, mid["ls"], call)
		}
	}
}

// fleetCall is the median time in milliseconds of what server ls asks, on a
// connection that is there already.
func fleetCall(b *testing.B, cluster *broker.Cluster) float64 {
	b.Helper()
	nc, err := cluster.Nodes()[0].ConnectSys()
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()
	client := sys.New(nc)
	var took []time.Duration
	for range 101 {
		s, err := client.Snapshot(b.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
		if err != nil || !s.Complete() || len(s.Servers) != 3 {
			b.Fatalf("not all answered: %v", err)
		}
		took = append(took, time.Duration(s.TookSeconds*1e9))
	}
	slices.Sort(took)
	return took[len(took)/2].Seconds() * 1000
}
