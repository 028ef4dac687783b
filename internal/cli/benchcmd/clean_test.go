package benchcmd

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/cli"
)

// TestRemoveAllGoesOn removes what it can, and reports each that failed.
func TestRemoveAllGoesOn(t *testing.T) {
	var out bytes.Buffer
	e := &cli.Env{Out: &out, Err: &out, Width: func() int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }}
	e.Flags.Output = "csv"
	other := errors.New("no quorum")
	remove := func(_ context.Context, l bench.Leftover) error {
		return map[string]error{"b": bench.ErrReplaced, "d": other}[l.Name]
	}
	found := []bench.Leftover{{Kind: "stream", Name: "a"}, {Kind: "bucket", Name: "b"}, {Kind: "stream", Name: "c"}, {Kind: "stream", Name: "d"}}
	err := removeAll(t.Context(), e, remove, found)
	if !errors.Is(err, bench.ErrReplaced) || !errors.Is(err, other) {
		t.Errorf("%v, want both errors", err)
	}
	var removed []string
	for line := range strings.Lines(out.String()) {
		if cells := strings.Split(strings.TrimSpace(line), ","); strings.HasSuffix(line, ",true\n") {
			removed = append(removed, cells[1])
		}
	}
	if strings.Join(removed, " ") != "a c" || strings.Count(out.String(), ",false\n") != 2 {
		t.Errorf("removed %q of\n%s", removed, out.String())
	}
	if err := removeAll(t.Context(), e, remove, found[:1]); err != nil {
		t.Errorf("the first alone: %v", err)
	}
}
