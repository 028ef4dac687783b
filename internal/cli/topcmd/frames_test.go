package topcmd

import (
	"bytes"
	"errors"
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui"
)

// TestFramesOfAnIncompleteFleet ends with 3 when a server was missing from the
// last frame, whether the fleet was asked or a recording was read, and with what
// went wrong when a frame failed.
func TestFramesOfAnIncompleteFleet(t *testing.T) {
	whole := &fleet.Snapshot{Expected: 1, Servers: []*fleet.Server{{}}}
	part := &fleet.Snapshot{Expected: 2, Servers: []*fleet.Server{{}}, Missing: []fleet.Missing{{Name: "n2", Reason: fleet.Silent}}}
	broken := errors.New("broken")
	for _, c := range []struct {
		name    string
		snaps   []*fleet.Snapshot
		err     error
		partial bool
		out     string
	}{
		{"complete", []*fleet.Snapshot{whole}, nil, false, "frame"},
		{"incomplete", []*fleet.Snapshot{part}, nil, true, "frame"},
		{"incomplete at last", []*fleet.Snapshot{whole, part}, nil, true, "frame\nframe"},
		{"complete at last", []*fleet.Snapshot{part, whole}, nil, false, "frame\nframe"},
		{"failed", []*fleet.Snapshot{part}, broken, false, "frame"},
	} {
		var out bytes.Buffer
		e := &cli.Env{Out: &out}
		err := writeFrames(e, func(yield func(tui.Frame, error) bool) {
			for _, s := range c.snaps {
				if !yield(tui.Frame{Data: []byte("frame"), Snap: s}, nil) {
					return
				}
			}
			if c.err != nil {
				yield(tui.Frame{}, c.err)
			}
		})
		partial := false
		if err != nil && c.err == nil {
			code, _ := e.Explain(err)
			partial = code == cli.ExitPartial
		}
		if partial != c.partial || !errors.Is(err, c.err) && c.err != nil || out.String() != c.out {
			t.Errorf("%s: %v, partial %t, written %q", c.name, err, partial, out.String())
		}
	}
}

// TestNoOwnBegins checks that --no-own begins without natsctl's own connections,
// and that they are shown without it.
func TestNoOwnBegins(t *testing.T) {
	for _, hide := range []bool{true, false} {
		c := &topCommand{hideOwn: hide, color: "never"}
		opt, err := c.options(&cli.Env{Getenv: func(string) string { return "" }})
		if err != nil || opt.HideOwn != hide {
			t.Errorf("--no-own %t: %t, %v", hide, opt.HideOwn, err)
		}
	}
}
