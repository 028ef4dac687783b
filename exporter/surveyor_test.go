package exporter_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/broker"
)

// TestSurveyorAgrees compares every series of nats-surveyor with ours on one
// cluster at rest. It needs the path of a nats-surveyor in NATS_SURVEYOR;
// testdata/surveyor_correct.txt is the list of the metrics that have to agree,
// in which figures that change by being asked for have no part.
func TestSurveyorAgrees(t *testing.T) {
	path := os.Getenv("NATS_SURVEYOR")
	if path == "" {
		t.Skip("NATS_SURVEYOR does not name a nats-surveyor")
	}
	c := start(t, broker.Nodes(3))
	assets(t, c)
	ours := serve(t, connect(t, c, "sys"), exporter.WithReplicas(true), exporter.WithCollectors(append(exporter.DefaultCollectors(false), "accounts_detail")...))
	settled(t, ours)
	id, _ := c.Identity("sys")
	theirs, _ := runSurveyor(t, path, len(c.Nodes()), "--accounts-detailed", "--user", id.User, "--password", id.Password, "--servers", strings.Join(c.URLs(), ","))
	correct := correctSet(t)
	want, got := scrape(t, theirs), scrape(t, ours)
	compared, differ, phantoms := map[string]int{}, map[string]int{}, 0
	for key, value := range want {
		name, labels, _ := strings.Cut(strings.TrimSuffix(key, "}"), "{")
		if !strings.HasPrefix(name, "nats_") || strings.HasPrefix(name, "nats_survey_duration") {
			continue
		}
		mine := find(got, name, split(labels)...)
		same := len(mine) == 1 && number(t, mine[0]) == number(t, value)
		compared[name]++
		if len(mine) == 0 && phantom(labels) {
			phantoms++
			continue
		}
		if !same {
			differ[name]++
			if slices.Contains(correct, name) {
				t.Errorf("%s: theirs %s, ours %v", key, value, mine)
			}
		}
	}
	for _, name := range correct {
		if compared[name] == 0 {
			t.Errorf("nats-surveyor has no %s", name)
		}
	}
	t.Logf("%d of %d metrics differ, %d series are of replicas that do not exist: %v", len(differ), len(compared), phantoms, differ)
	if file := os.Getenv("UPDATE_CORRECT"); file != "" {
		var names []string
		for name := range compared {
			if differ[name] == 0 {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		if err := os.WriteFile(file, []byte(strings.Join(names, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	clock(t, "nats-surveyor", theirs)
	clock(t, "natsctl, everything and replicas", ours)
}

// phantom tells whether a series may be of a replica that does not exist:
// nats-surveyor exports a stream or consumer of one replica for other servers
// too, as the order of the replies has it.
func phantom(labels string) bool {
	return strings.Contains(labels, `stream="R1`) || strings.Contains(labels, `consumer_name="audit"`)
}

// settled waits until all figures of streams and consumers are at rest.
func settled(t *testing.T, url string) {
	t.Helper()
	before := ""
	eventually(t, url, func(s map[string]string) bool {
		var lines []string
		for key, value := range s {
			if strings.HasPrefix(key, "nats_stream_") || strings.HasPrefix(key, "nats_consumer_") {
				lines = append(lines, key+value)
			}
		}
		slices.Sort(lines)
		now := strings.Join(lines, "\n")
		same := now == before && len(find(s, "nats_stream_total_messages", `stream="COPY"`)) == 3 && len(find(s, "nats_server_up")) == 3
		before = now
		return same
	})
}

func correctSet(t *testing.T) []string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "surveyor_correct.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(body))
}

func split(labels string) []string {
	var out []string
	for part := range strings.SplitSeq(labels, `",`) {
		if part != "" {
			out = append(out, strings.TrimSuffix(part, `"`)+`"`)
		}
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
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
