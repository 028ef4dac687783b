package clustercmd

import (
	"bytes"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
)

// TestHarmIsConfirmed shows each change and asks where it does harm: by the name of the cluster, or --yes, and never without a
// terminal.
func TestHarmIsConfirmed(t *testing.T) {
	t.Parallel()
	harmless := broker.Change{Name: "mm", Lines: []string{"+ clusters[mm].websocket: true"}}
	harmful := broker.Change{Name: "mm", Lines: []string{"- tls.mode: mutual"}, Harm: []string{"TLS becomes weaker: none instead of mutual"}}
	for name, c := range map[string]struct {
		change      broker.Change
		yes, dryRun bool
		tty         bool
		answer      string
		done        bool
	}{
		"harmless":            {change: harmless, done: true},
		"no terminal":         {change: harmful, answer: "mm\n"},
		"--yes":               {change: harmful, yes: true, done: true},
		"named":               {change: harmful, tty: true, answer: "mm\n", done: true},
		"Enter":               {change: harmful, tty: true, answer: "\n"},
		"yes in words":        {change: harmful, tty: true, answer: "yes\n"},
		"another name":        {change: harmful, tty: true, answer: "m\n"},
		"end of input":        {change: harmful, tty: true},
		"--dry-run":           {change: harmful, dryRun: true, done: true},
		"--dry-run harmless":  {change: harmless, dryRun: true, done: true},
		"harmless, terminal":  {change: harmless, tty: true, answer: "no\n", done: true},
		"--yes at a terminal": {change: harmful, yes: true, tty: true, answer: "no\n", done: true},
	} {
		var words bytes.Buffer
		e := &cli.Env{Out: &bytes.Buffer{}, Err: &words, In: strings.NewReader(c.answer), InTTY: c.tty}
		up := clusterUp{yes: c.yes, dryRun: c.dryRun}
		if err := up.confirm(e, c.change); (err == nil) != c.done {
			t.Errorf("%s: %v", name, err)
		}
		for _, line := range append(c.change.Lines, c.change.Harm...) {
			if !strings.Contains(words.String(), line) {
				t.Errorf("%s: %q is not shown in %q", name, line, words.String())
			}
		}
	}
}
