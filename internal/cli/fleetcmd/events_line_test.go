package fleetcmd

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
)

// TestEventLinesAreInUTC shows an event at the time that --at, the dashboard and
// the logs of a local cluster call the same.
func TestEventLinesAreInUTC(t *testing.T) {
	var out bytes.Buffer
	w := eventWriter{e: &cli.Env{Out: &out, OutTTY: true}, want: func(fleet.Event) bool { return true }}
	at := time.Date(2026, 1, 31, 15, 3, 22, 5e6, time.FixedZone("elsewhere", 3600))
	if err := w.write(fleet.Event{Time: at, Kind: fleet.EventShutdown, Server: "east-1", Cluster: "east", Who: "east-1"}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(out.String(), "14:03:22.005Z ") {
		t.Errorf("got %q", out.String())
	}
}
