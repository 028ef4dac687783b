//go:build e2e && unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// e2eKill kills a server and counts, in a recording that the dashboard makes of
// its own questions, how many it took until the links to it were seen as lost.
func e2eKill(t *testing.T, tm *tmuxTerm, run func(...string)) {
	file := filepath.Join(t.TempDir(), "kill.ndjson.gz")
	tm.keys("1")
	tm.sees("2/2", "╭─ west")
	tm.text(":rec start " + file)
	tm.keys("Enter")
	tm.sees("REC")
	run("cluster", "node", "kill", "west-3")
	killed := time.Now()
	tm.sees("6/7", "gone", "1/2")
	t.Log("a killed server is gone on the screen after", time.Since(killed))
	tm.text(":rec stop")
	tm.keys("Enter")
	tm.sees("recorded")
	if n := pollsToLoss(t, file, killed, "west-3"); n > 2 {
		t.Errorf("the loss was seen at question %d after it, want the second at most", n)
	}
	run("cluster", "node", "start", "west-3")
	tm.sees("7/7 servers")
	tm.keys("6")
	tm.sees("server down", "west-3")
	tm.keys("1")
}

// pollsToLoss is the number of the first snapshot after an instant in which a
// link to a server is faulty; 99 when there is none.
func pollsToLoss(t *testing.T, file string, since time.Time, server string) int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recording.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := range rec.Len() {
		if rec.Time(i).Before(since) {
			continue
		}
		n++
		s, err := rec.Snapshot(i)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range fleet.NewTopology(s, fleet.TopologyOptions{}).Faults() {
			if e.FromName == server || e.ToName == server {
				return n
			}
		}
	}
	return 99
}

// e2eDrain drains a server that has a client: until the client is gone the
// server says that it drains, and that is another thing than being gone.
func e2eDrain(t *testing.T, tm *tmuxTerm, bin string, env []string, run func(...string)) {
	tm.keys("1")
	tm.sees("╭─ west")
	urls, user := settingsOf(t, bin, env, "e2e-west")
	nc, err := nats.Connect(urls[len(urls)-1], user, nats.NoReconnect(), nats.DontRandomize())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	drain := exec.Command(bin, "cluster", "lame-duck", nc.ConnectedServerName(), "--duration", "10s", "--grace", "8s")
	drain.Env = env
	if err := drain.Start(); err != nil {
		t.Fatal(err)
	}
	t.Log("a draining server is called so after", tm.sees("draining", "6/7"))
	if err := drain.Wait(); err != nil {
		t.Error(err)
	}
	tm.misses("draining")
	run("cluster", "node", "start", "west-3")
	tm.sees("7/7 servers")
}

func e2ePause(t *testing.T, tm *tmuxTerm, run func(...string)) {
	run("cluster", "node", "pause", "west-2")
	t.Log("a paused server is silent on the screen after", tm.sees("west-2", "silent"))
	run("cluster", "node", "resume", "west-2")
	tm.sees("7/7 servers")
	tm.misses("silent")
}

func e2ePartition(t *testing.T, tm *tmuxTerm, run func(...string)) {
	run("cluster", "fault", "partition", "east", "west")
	t.Log("a partition is on the screen after", tm.until("a cluster that is not reached", func(s string) bool { return !strings.Contains(s, "7/7 servers") }))
	run("cluster", "fault", "heal")
	tm.sees("7/7 servers")
}

func e2eDisconnect(_ *testing.T, tm *tmuxTerm, run func(...string)) {
	run("cluster", "down", "e2e")
	tm.sees("DOWN", "(faded), not live", ":ctx other context", "east-1")
	tm.keys("2")
	tm.sees("2 Servers", "faded")
	run("cluster", "up", "e2e")
	tm.until("the fleet is back", func(s string) bool {
		if strings.Contains(s, "DOWN") && !strings.Contains(s, "connecting anew") {
			tm.keys("r")
		}
		return strings.Contains(s, "LIVE") && strings.Contains(s, "7/7 servers")
	})
}
