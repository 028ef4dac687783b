package exporter

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// The dashboards name metrics and labels that exist, and Prometheus
// understands their expressions.
func TestDashboards(t *testing.T) {
	all, err := Dashboards()
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]Metric{}
	for _, m := range Metrics() {
		table[m.Name] = m
	}
	own := ownNames()
	var exprs []map[string]string
	for i, d := range all {
		if !json.Valid(d.JSON) {
			t.Errorf("%s is no JSON", d.Name)
		}
		for _, row := range boards[i].rows {
			for _, p := range row.panels {
				for _, q := range p.queries {
					exprs = append(exprs, map[string]string{"record": "x:y", "expr": strings.ReplaceAll(q.expr, "$__rate_interval", "5m")})
					checkExpr(t, d.Name+" / "+p.title, q, table, own)
				}
			}
		}
	}
	checkSyntax(t, exprs)
}

func checkExpr(t *testing.T, where string, q query, table map[string]Metric, own []string) {
	t.Helper()
	names := regexp.MustCompile(`\bnats_[a-z0-9_]+`).FindAllString(q.expr, -1)
	for _, name := range names {
		if _, ok := table[name]; !ok && !slices.Contains(own, name) {
			t.Errorf("%s: no metric %s", where, name)
		}
	}
	for _, l := range regexp.MustCompile(`\{\{(\w+)\}\}`).FindAllStringSubmatch(q.legend, -1) {
		if l[1] == "instance" || len(names) == 0 || slices.Contains(own, names[0]) {
			continue
		}
		if !slices.Contains(table[names[0]].Labels, l[1]) {
			t.Errorf("%s: %s has no label %s", where, names[0], l[1])
		}
	}
}

// checkSyntax has promtool read the expressions, as rules.
func checkSyntax(t *testing.T, exprs []map[string]string) {
	t.Helper()
	tool := promtool(t)
	body, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "x", "rules": exprs}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dashboards.yaml")
	write(t, file, body)
	if out, err := exec.CommandContext(t.Context(), tool, "check", "rules", "--lint=none", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
