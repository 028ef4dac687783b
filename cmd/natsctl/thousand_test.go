package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// TestThousandServers runs the commands that ask a fleet against an invented
// one of a thousand servers, whole and then with some of them mute. The reports
// and the graph have a test of their own.
func TestThousandServers(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand servers take a while")
	}
	t.Parallel()
	f, err := simfleet.Start(simfleet.Spec{Servers: 1000, Streams: 100, Consumers: 300, Conns: 5})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	one := f.Names()[500]
	cluster, size := one[:strings.LastIndex(one, "-")], 0
	for _, name := range f.Names() {
		if name[:strings.LastIndex(name, "-")] == cluster {
			size++
		}
	}
	profile := filepath.Join(t.TempDir(), "heap.pprof")
	commands := []struct {
		args  string
		lines int // of standard output; 0: any number
	}{
		{"server ls", 1000},
		{"server ls --limit 7 --sort rtt", 7},
		{"server ping", 1000},
		{"server info " + one, 0},
		{"server request varz -o ndjson", 1000},
		{"server request connz --name " + one + " -o ndjson", 1},
		{"server reload " + one + " --yes -o ndjson", 1},
		{"server reload --cluster " + cluster + " --yes -o ndjson", size},
		{"server reload --all --yes -o ndjson", 1000},
		{"server kick " + one + " --all --yes --rate 0 -o ndjson", 5},
		{"conn kick --of-user user02 --yes --rate 0 -o ndjson", 1000},
		{"server profile heap " + one + " --file " + profile, 0},
	}
	ask := func(t *testing.T, args string) (code int, out, words string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		home := t.TempDir()
		argv := append([]string{"-s", f.URL(), "--timeout", "20s"}, strings.Fields(args)...)
		code = run(argv, &cli.Env{
			In: strings.NewReader(""), Out: &stdout, Err: &stderr, Now: time.Now,
			Getenv: func(name string) string {
				if strings.HasPrefix(name, "XDG_") {
					return home
				}
				return ""
			},
		})
		return code, stdout.String(), stderr.String()
	}
	for _, c := range commands {
		t.Run(c.args, func(t *testing.T) {
			code, out, words := ask(t, c.args)
			if code != cli.ExitOK {
				t.Fatalf("exit code %d: %.500s", code, words)
			}
			if n := strings.Count(out, "\n"); c.lines > 0 && n != c.lines {
				t.Errorf("%d lines, want %d", n, c.lines)
			}
		})
	}
	t.Run("lame duck", func(t *testing.T) {
		code, out, words := ask(t, "server lame-duck "+one+" --kick --rate 0 --yes --wait 2s")
		if code == cli.ExitOK || !strings.Contains(out+words, one) {
			t.Errorf("of a server whose clients stay: exit code %d: %s%s", code, out, words)
		}
	})
	mute := f.Names()[17]
	if err := f.SetFault(mute, simfleet.Fault{Mute: true}); err != nil {
		t.Fatal(err)
	}
	code, out, words := ask(t, "server ls")
	if n := strings.Count(out, "\n"); code != cli.ExitPartial || n != 999 || !strings.Contains(words, "999/1000 servers answered") || !strings.Contains(words, mute) {
		t.Errorf("exit code %d, %d lines: %.500s", code, n, words)
	}
}
