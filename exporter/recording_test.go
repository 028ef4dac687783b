package exporter

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// recorded is the first snapshot of one of the recordings of internal/fleet.
func recorded(t *testing.T, name string) *fleet.Snapshot {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "internal", "fleet", "testdata", name+".ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := recording.Open(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	snap, err := r.Snapshot(0)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

// Real fleets, broken, old and hostile ones among them, make expositions that
// can be parsed, hold no series twice and satisfy the linter.
func TestRecordings(t *testing.T) {
	for _, name := range []string{"super", "degraded", "hostile", "old"} {
		t.Run(name, func(t *testing.T) {
			snap := recorded(t, name)
			text := textOf(t, snap, false, everything(), WithExporterNames(""), WithReplicas(true))
			series := seriesOf(t, text) // fails on a series that is there twice
			if up := pick(series, "nats_server_up"); len(up) == 0 {
				t.Error("no server")
			}
			if !utf8.ValidString(text) {
				t.Error("invalid UTF-8")
			}
			native := textOf(t, snap, false, everything(), WithSurveyorNames(false))
			problems, err := promlint.New(strings.NewReader(native)).Lint()
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				t.Errorf("%s: %s", p.Metric, p.Text)
			}
		})
	}
}

// The expositions of two hand-made servers, in both formats: go test -update
// rewrites them.
func TestGolden(t *testing.T) {
	for name, opts := range map[string][]Option{
		"openmetrics": {everything(), WithSurveyorNames(false)},
		"text":        {WithCollectors("servers", "streams", "consumers", "gateways", "raft")},
	} {
		t.Run(name, func(t *testing.T) {
			snap := sampleFleet()
			snap.Servers = []*fleet.Server{snap.Servers[0], snap.Servers[3]}
			golden.RequireEqual(t, textOf(t, snap, name == "openmetrics", opts...))
		})
	}
}
