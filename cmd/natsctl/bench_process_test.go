package main

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker"
)

// BenchmarkServerLs times server ls as a whole process on a healthy cluster of
// three, beside the process that does nothing but start, and beside the nats
// CLI where one is installed. NATSCTL_BIN names the binary.
func BenchmarkServerLs(b *testing.B) {
	bin := os.Getenv("NATSCTL_BIN")
	if bin == "" {
		b.Skip("NATSCTL_BIN names no binary; make bench does")
	}
	cluster, err := broker.Start(b.Context(), broker.Nodes(3))
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
	if nats, ok := mid["nats"]; ok {
		b.ReportMetric(nats/mid["ls"], "x_faster_than_nats")
	}
}
