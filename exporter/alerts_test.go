package exporter

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/exporter/rules"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestAlertsSayTheSame serves the fleets that every format of a check has to agree
// on (TestEveryFormatSaysTheSame of internal/cli/fleetcmd), minute by minute, and has
// promtool evaluate all rules over the pages: the alert that goes with the check
// fires, and no other; none over a healthy fleet.
func TestAlertsSayTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("promtool takes seconds")
	}
	tool, dir := testcluster.Tool(t, "promtool"), t.TempDir()
	body, err := rules.File(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	save := func(name string, body []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, body, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	save("rules.yaml", body)
	for i, c := range fleettest.Troubles() {
		t.Run(c.Name, func(t *testing.T) {
			want := []map[string]any{}
			if c.Alert != "" {
				want = append(want, map[string]any{"labels": fmt.Sprintf("{alertname=%q, severity=%q}", c.Alert, "warning"), "value": 1})
			}
			tests := map[string]any{
				"rule_files": []string{"rules.yaml"}, "evaluation_interval": "1m",
				"tests": []any{map[string]any{
					"interval": "1m", "input_series": pagesOf(t, c, 20),
					"promql_expr_test": []any{map[string]any{
						"expr": `count by (alertname, severity) (ALERTS{alertstate="firing"})`, "eval_time": "18m", "exp_samples": want,
					}},
				}},
			}
			body, err := yaml.Marshal(tests)
			if err != nil {
				t.Fatal(err)
			}
			path := save(fmt.Sprintf("test-%d.yaml", i), body)
			if out, err := exec.CommandContext(t.Context(), tool, "test", "rules", path).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// pagesOf is what a Prometheus stores that reads the page of a fleet each minute.
func pagesOf(t *testing.T, c fleettest.Trouble, minutes int) []map[string]string {
	t.Helper()
	values := map[string][]string{"up{job=\"nats\"}": slices.Repeat([]string{"1"}, minutes)}
	for m := range minutes {
		page := textOf(t, c.At(time.Hour+time.Duration(m)*time.Minute, fleet.Want{}), false, WithSurveyorNames(false))
		for line := range strings.Lines(page) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			at := strings.LastIndexByte(strings.TrimSpace(line), ' ')
			name := line[:at]
			for len(values[name]) < m {
				values[name] = append(values[name], "_")
			}
			values[name] = append(values[name], strings.TrimSpace(line[at:]))
		}
	}
	var series []map[string]string
	for name, list := range values {
		series = append(series, map[string]string{"series": name, "values": strings.Join(list, " ")})
	}
	return series
}
