package fleetcmd

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestEveryFormatSaysTheSame shows fleets with one fault each, and healthy ones
// that are far away or old, in every format of the check and among the alerts of
// the dashboard: the same verdict everywhere. TestAlertsSayTheSame of the exporter
// holds that its page and its rules say the same of the same fleets.
func TestEveryFormatSaysTheSame(t *testing.T) {
	want := checks.WantFor(checks.All())
	for _, c := range fleettest.Troubles() {
		t.Run(c.Name, func(t *testing.T) {
			before, now := c.At(time.Hour-2*time.Second, want), c.At(time.Hour, want)
			report := newCheckReport(checks.Input{Before: before, Snapshot: now}, checks.All(), false)
			if want := map[bool]fleet.Level{true: fleet.Warn}[c.Check != ""]; report.Level != want && report.Level != fleet.Info {
				t.Fatalf("level %s: %+v", report.Level, report.findings())
			}
			for format, says := range map[string][]string{
				"table": {c.Check, c.What}, "json": {`"check": "` + c.Check + `"`, c.What}, "nagios": {"WARNING", c.What},
				"junit": {`name="` + c.Check + `"`, "<failure", c.What}, "prometheus": {`natsctl_check_status{check="` + c.Check + `"} 1`},
			} {
				var out bytes.Buffer
				e := &cli.Env{Out: &out, Err: io.Discard, Width: func() int { return 0 }, Getenv: func(string) string { return "" }, Now: time.Now}
				if err := report.write(e, format); err != nil {
					t.Fatal(err)
				}
				if failed := failsIn(e, format, report); failed != (c.Check != "") {
					t.Errorf("the exit code of %s says failed %v", format, failed)
				}
				for _, part := range says {
					if c.Check != "" && !strings.Contains(out.String(), part) {
						t.Errorf("%s does not say %q:\n%.2000s", format, part, out.String())
					}
				}
				if calm := !strings.Contains(out.String(), "WARNING") && !strings.Contains(out.String(), "CRITICAL") && !strings.Contains(out.String(), "<failure"); c.Check == "" && !calm {
					t.Errorf("%s of a healthy fleet:\n%.2000s", format, out.String())
				}
			}
			st, dashboard := &live.State{}, live.NewDeriver()
			dashboard.Apply(st, before)
			dashboard.Apply(st, now)
			alerts := slices.DeleteFunc(slices.Clone(st.Alerts), func(a *live.AlertRow) bool { return a.State != live.Firing })
			switch {
			case c.Check == "" && len(alerts) > 0:
				t.Errorf("the dashboard says %s: %s", alerts[0].Check, alerts[0].What)
			case c.Check != "" && (len(alerts) != 1 || alerts[0].Check != c.Check || alerts[0].What != c.What || alerts[0].Level != fleet.Warn):
				t.Errorf("%d alerts of the dashboard, want %s: %s", len(alerts), c.Check, c.What)
				for _, a := range alerts {
					t.Logf("%s %s: %s", a.Level, a.Check, a.What)
				}
			}
		})
	}
}

// failsIn reports whether the command ends with another exit code than 0.
func failsIn(e *cli.Env, format string, r *checkReport) bool {
	err := (&checkCommand{failOn: "warn"}).verdict(e, format, r)
	var status cli.ExitStatus
	return err != nil && (!errors.As(err, &status) || status != cli.ExitOK)
}
