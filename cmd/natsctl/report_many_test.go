package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// TestEveryReportOfAThousandServers runs everything that asks the whole fleet
// against a thousand servers: all of them must be in the answer, and nothing is
// called a fault that is none.
func TestEveryReportOfAThousandServers(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand servers take their time")
	}
	t.Parallel()
	const servers = 1000
	f, err := simfleet.Start(simfleet.Spec{Seed: 7, Servers: servers, Size: 10, Hubs: 5, Streams: 200, Consumers: 300, Conns: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rec := filepath.Join(t.TempDir(), "many.gz")
	cmds := [][]string{{"server", "graph"}, {"check", "routes", "gateways", "leafs", "servers", "names", "streams", "meta"}, {"account", "ls"}}
	for _, name := range reportNames() {
		if name != "sharing" {
			cmds = append(cmds, []string{"server", "report", name})
		}
	}
	for _, cmd := range cmds {
		begun := time.Now()
		out, words, code := ask(t, f.URL(), append(slices.Clone(cmd), "-o", "json")...)
		t.Logf("%v: %v, %d bytes", cmd, time.Since(begun).Round(time.Millisecond), len(out))
		if code != cli.ExitOK {
			t.Errorf("%v: exit %d: %.600s", cmd, code, words)
			continue
		}
		var doc struct {
			Expected, Answered int
			Nodes              []any
		}
		if err := json.Unmarshal([]byte(out), &doc); err != nil {
			t.Errorf("%v: %v", cmd, err)
		}
		if doc.Answered+len(doc.Nodes) != servers {
			t.Errorf("%v: %d of %d answered", cmd, doc.Answered, doc.Expected)
		}
	}
	if _, words, code := ask(t, f.URL(), "record", rec, "--count", "1", "--no-events"); code != cli.ExitOK {
		t.Fatalf("record: %s", words)
	}
	if out, words, code := play(t, false, "server", "report", "cpu", "--replay", rec, "-o", "csv"); code != cli.ExitOK || strings.Count(out, "\n") != servers+1 {
		t.Errorf("replay: exit %d, %d lines: %s", code, strings.Count(out, "\n"), words)
	}
}

// ask runs a command against a fleet, as a program does.
func ask(t *testing.T, url string, args ...string) (out, words string, code int) {
	t.Helper()
	var o, w bytes.Buffer
	home := t.TempDir()
	code = run(args, &cli.Env{
		In: strings.NewReader(""), Out: &o, Err: &w, Now: time.Now, Width: func() int { return 0 },
		Getenv: func(name string) string {
			switch {
			case name == "NATS_URL":
				return url
			case name == "NATS_TIMEOUT":
				return "30s"
			case name == "HOME" || strings.HasPrefix(name, "XDG_"):
				return home
			}
			return ""
		},
	})
	return o.String(), w.String(), code
}
