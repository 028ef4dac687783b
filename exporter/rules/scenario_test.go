package rules

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// scenario is one test of promtool: series with their values minute by minute, and
// what the alert says at some times.
type scenario struct {
	alert  string // "" loads all rules
	series []string
	looks  []look
}

// look is a question at a time and the samples expected of it, each a set of
// labels; all have the same value, 1 unless another is given.
type look struct {
	at, expr string
	want     []string
	value    int
}

// firing asks whether an alert fires, and at which level.
func firing(at, alert, labels string, levels ...string) look {
	var more strings.Builder
	for pair := range strings.SplitSeq(labels, ",") {
		if k, v, ok := strings.Cut(pair, "="); ok {
			fmt.Fprintf(&more, ",%s=%q", k, v)
		}
	}
	l := look{at: at, expr: fmt.Sprintf(`count by (alertname, severity) (ALERTS{alertname=%q,alertstate="firing"%s})`, alert, more.String())}
	for _, level := range levels {
		l.want = append(l.want, fmt.Sprintf("{alertname=%q,severity=%q}", alert, level))
	}
	return l
}

// silent asks whether any alert fires or waits but one.
func silent(at, but string) look {
	return look{at: at, expr: fmt.Sprintf(`ALERTS{alertname!=%q}`, but)}
}

// runScenario has promtool check the scenarios. Each loads only the rules that it is
// about.
func runScenario(t *testing.T, stories []scenario) {
	t.Helper()
	if testing.Short() {
		t.Skip("promtool takes seconds")
	}
	tool, dir := testcluster.Tool(t, "promtool"), t.TempDir()
	byAlert := map[string][]map[string]any{}
	for _, s := range stories {
		byAlert[s.alert] = append(byAlert[s.alert], s.promtool())
	}
	args := []string{"test", "rules"}
	for alert, tests := range byAlert {
		body, err := file(Options{}, recordsOf(alert), named(alert))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "rules-"+alert+".yaml"), body)
		body, err = yaml.Marshal(map[string]any{"rule_files": []string{"rules-" + alert + ".yaml"}, "evaluation_interval": "1m", "tests": tests})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "tests-"+alert+".yaml")
		write(t, path, body)
		args = append(args, path)
	}
	if out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// named are the rows of an alert; of "" all.
func named(alert string) []rule {
	var out []rule
	for _, r := range alerts {
		if alert == "" || r.alert == alert {
			out = append(out, r)
		}
	}
	return out
}

// recordsOf are the recording rules that the alert needs; of "" all.
func recordsOf(alert string) [][2]string {
	if alert == "" {
		return records
	}
	return slices.DeleteFunc(slices.Clone(records), func(record [2]string) bool { return !strings.Contains(named(alert)[0].expr, record[0]) })
}

func (s scenario) promtool() map[string]any {
	var input []map[string]string
	for _, line := range s.series {
		i := strings.Index(line, " ")
		if j := strings.LastIndex(line, "} "); j > 0 {
			i = j + 1
		}
		input = append(input, map[string]string{"series": line[:i], "values": line[i+1:]})
	}
	var looks []map[string]any
	for _, l := range s.looks {
		var want []map[string]any
		for _, labels := range l.want {
			want = append(want, map[string]any{"labels": labels, "value": max(l.value, 1)})
		}
		looks = append(looks, map[string]any{"expr": l.expr, "eval_time": l.at, "exp_samples": want})
	}
	return map[string]any{"interval": "1m", "input_series": input, "promql_expr_test": looks}
}

func write(t *testing.T, path string, body []byte) {
	t.Helper()
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
}
