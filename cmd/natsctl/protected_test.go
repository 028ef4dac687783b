package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
)

// home runs commands that share a home directory.
type home string

func (h home) run(args ...string) (out, words string, code int) {
	var o, w bytes.Buffer
	code = run(args, &cli.Env{
		In: strings.NewReader(""), Out: &o, Err: &w, Width: func() int { return 0 }, Now: time.Now,
		Getenv: func(name string) string {
			if name == "HOME" || strings.HasPrefix(name, "XDG_") {
				return string(h)
			}
			return ""
		},
	})
	return o.String(), w.String(), code
}

// TestProtectedContextRefusesLoad lets no benchmark run in a protected context,
// and connects nowhere for it.
func TestProtectedContextRefusesLoad(t *testing.T) {
	h := home(t.TempDir())
	if _, words, code := h.run("context", "add", "prod", "-s", "nats://127.0.0.1:1", "--protected"); code != cli.ExitOK {
		t.Fatal(words)
	}
	scenario := filepath.Join(string(h), "scenario.json")
	if err := os.WriteFile(scenario, []byte(`{"workload":"pub","subject":"x","msgs":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"bench pub x --msgs 1", "bench pubsub x --msgs 1", "bench request x --msgs 1", "bench serve x", "bench kv --msgs 1",
		"bench js pub x --msgs 1", "bench js consume x", "bench js e2e x --msgs 1", "bench search pubsub --slo p99<1s",
		"bench run " + scenario, "bench ab " + scenario + " " + scenario,
	} {
		args := append(strings.Fields(line), "--context", "prod")
		if out, words, code := h.run(args...); code != cli.ExitUsage || !strings.Contains(words, "error: the context is protected") || out != "" {
			t.Errorf("natsctl %s: exit code %d: %s%s", line, code, out, words)
		}
		if _, words, code := h.run(append(args, "--force")...); code != cli.ExitUnreachable {
			t.Errorf("natsctl %s --force: exit code %d, want %d, since nothing listens there: %s", line, code, cli.ExitUnreachable, words)
		}
	}
}
