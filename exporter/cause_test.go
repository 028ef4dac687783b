package exporter

import (
	"strings"
	"testing"

	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/rules"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// TestFirstCause has place 1 for the fault that was made, of the faults of
// servers, links and the meta group, and every alert of a check looks it up.
func TestFirstCause(t *testing.T) {
	for name, want := range map[string]string{
		"blackhole":         `nats_cause_place{cause="server",object="west-2",where="west"} 1`,
		"cluster-killed":    `nats_cause_place{cause="cluster",object="west",where="west"} 1`,
		"leaf-hangs":        `nats_cause_place{cause="server",object="leaf",where="leaf"} 1`,
		"meta-leader-hangs": `nats_cause_place{cause="server",object="west-2",where="west"} 1`,
		"own-seat-cut-off":  `nats_cause_place{cause="seat",object="east-3",where="east"} 1`,
		"route-cut":         `nats_cause_place{cause="cut",object="east-1 - east-2",where="east"} 1`,
		"server-restarted":  `nats_cause_place{cause="restart",object="west-2",where="west"} 1`,
		"storage-full":      `nats_cause_place{cause="resource",object="west-1",where="west"} 1`,
	} {
		_, now := fleettest.Fault(t, name)
		e := exporterOf(t, now)
		var b strings.Builder
		s := &table.TextSink{W: &b}
		e.cfg.render(e.page(t.Context(), e.cfg.chosen), s)
		s.Flush()
		if !strings.Contains(b.String(), want+"\n") {
			var have []string
			for line := range strings.Lines(b.String()) {
				if strings.HasPrefix(line, "nats_cause_") {
					have = append(have, line)
				}
			}
			t.Errorf("%s: want %s, have\n%s", name, want, strings.Join(have, ""))
		}
	}
	file, err := rules.File(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if text := string(file); strings.Count(text, "nats_cause_place == 1") != strings.Count(text, "check: ") || strings.Count(text, "check: ") == 0 {
		t.Errorf("%d alerts of checks, %d look up the cause", strings.Count(text, "check: "), strings.Count(text, "nats_cause_place == 1"))
	}
}
