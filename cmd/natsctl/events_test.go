package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
)

// TestEventsCommand follows a cluster while a client whose name is made to
// attack terminals comes and goes.
func TestEventsCommand(t *testing.T) {
	cluster, err := broker.Start(t.Context(), spec.Nodes(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	const hostile = "evil\x1b]0;owned\a\u202e\nname"
	dial := func() {
		nc, err := cluster.Node("dev-2").Connect("app", nats.Name(hostile))
		if err != nil {
			t.Error(err)
			return
		}
		nc.Close()
	}
	for _, tc := range []struct {
		args  []string
		check func(t *testing.T, line string)
	}{
		{[]string{"-o", "ndjson", "--kind", "disconnect"}, func(t *testing.T, line string) {
			var ev fleet.Event
			if err := json.Unmarshal([]byte(line), &ev); err != nil || ev.Kind != fleet.EventDisconnect || ev.Server != "dev-2" {
				t.Errorf("%v in %s", err, line)
			}
		}},
		{[]string{"--account", "APP", "--filter", `kind == "connect"`}, func(t *testing.T, line string) {
			if cells := strings.Split(line, "\t"); len(cells) != 9 || cells[2] != "connect" || cells[5] != "APP" {
				t.Errorf("%q", line)
			}
		}},
		{[]string{"--name", "dev-2", "-o", "csv"}, func(t *testing.T, line string) {
			if !strings.HasPrefix(line, "time,level,kind,") {
				t.Errorf("%q", line)
			}
		}},
	} {
		t.Run(strings.Join(tc.args, " "), func(t *testing.T) {
			r, w := io.Pipe()
			var words bytes.Buffer
			id, _ := cluster.Identity("sys")
			args := append([]string{"-s", withUser(cluster.Node("dev-1").ClientURL(), id), "events", "--count", "2"}, tc.args...)
			code := make(chan int, 1)
			go func() {
				code <- run(args, &cli.Env{In: strings.NewReader(""), Out: w, Err: &words, Getenv: func(string) string { return "" }, Now: time.Now})
				_ = w.Close()
			}()
			lines := make(chan string)
			go func() {
				defer close(lines)
				for s := bufio.NewScanner(r); s.Scan(); {
					lines <- s.Text()
				}
			}()
			tc.check(t, firstLine(t, lines, dial))
			dial()
			for line := range lines {
				for _, c := range line {
					if c < ' ' && c != '\t' || c == '\u202e' || c == 0x7f {
						t.Errorf("raw control %q in %q", c, line)
					}
				}
			}
			if got := <-code; got != cli.ExitOK {
				t.Errorf("exit code %d: %s", got, words.String())
			}
		})
	}
}

// firstLine calls poke until a line comes.
func firstLine(t *testing.T, lines <-chan string, poke func()) string {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case line := <-lines:
			return line
		case <-tick.C:
			poke()
		case <-deadline:
			t.Fatal("no line")
		}
	}
}
