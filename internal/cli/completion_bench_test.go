package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/sys"
)

// BenchmarkCompletion is a whole process that answers a shell, with 500 saved
// contexts and a fleet of 1000 servers remembered. The promise is 100 ms; the
// ratio is to the time of natsctl version in the same run. NATS_CLI names the
// nats program, to see its time beside.
func BenchmarkCompletion(b *testing.B) {
	program := os.Getenv("NATSCTL_BIN")
	if program == "" {
		b.Skip("NATSCTL_BIN names no natsctl; use make bench")
	}
	home := b.TempDir()
	e := &Env{Now: time.Now, Getenv: func(string) string { return home }}
	store := natsctx.Open(home)
	for i := range 500 {
		if err := store.Create(&natsctx.Context{Name: fmt.Sprintf("context-%d", i), Settings: natsctx.Settings{Description: strings.Repeat("x", 60)}}); err != nil {
			b.Fatal(err)
		}
	}
	var known []sys.Known
	for i := range 1000 {
		known = append(known, sys.Known{ID: fmt.Sprintf("N%055d", i), Name: fmt.Sprintf("server-%d", i), Cluster: "east", Seen: e.Now()})
	}
	openRoster(e, &natsctx.Target{Context: natsctx.Context{Name: "context-7"}}).save(e.Now(), known)
	timed := func(program string, want int, args ...string) (all []time.Duration) {
		for range 25 {
			cmd := exec.Command(program, args...)
			cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+filepath.Clean(home), "NATS_URL=", "NATS_CONTEXT=")
			start := time.Now()
			out, err := cmd.Output()
			all = append(all, time.Since(start))
			if err != nil || want > 0 && strings.Count(string(out), "\n") != want {
				b.Fatalf("%v: %v, %d lines", args, err, strings.Count(string(out), "\n"))
			}
		}
		slices.Sort(all)
		return all
	}
	for range b.N {
		base := timed(program, 1, "version")
		if rival := os.Getenv("NATS_CLI"); rival != "" { // which knows its commands, and no names
			times := timed(rival, 0, "--completion-bash", "context", "select", "")
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "nats-ms")
		}
		for name, times := range map[string][]time.Duration{
			"contexts": timed(program, 501, "__complete", "bash", "context", "select", ""),
			"servers":  timed(program, 1001, "__complete", "bash", "--context", "context-7", "server", "info", ""),
		} {
			median := times[len(times)/2]
			b.ReportMetric(float64(median.Microseconds())/1000, name+"-ms")
			b.ReportMetric(float64(times[len(times)-1].Microseconds())/1000, name+"-max-ms")
			b.ReportMetric(float64(median)/float64(base[len(base)/2]), name+"-x-version")
			if median > 100*time.Millisecond {
				b.Errorf("%s take %s", name, median)
			}
		}
	}
}
