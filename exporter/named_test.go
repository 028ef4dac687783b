package exporter

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/exporter/dashboards"
	"github.com/natsctl/natsctl/exporter/rules"
)

// metricNames finds metrics, and series of recording rules by their colons.
var metricNames = regexp.MustCompile(`\bnats[a-z0-9_]*[_:][a-z0-9_:]+`)

// The rules and the dashboards name metrics that exist.
func TestGeneratedFilesNameRealMetrics(t *testing.T) {
	exprs := append(ruleExprs(t), boardExprs(t)...)
	if len(exprs) < 100 {
		t.Fatalf("only %d expressions", len(exprs))
	}
	table := tableByName()
	for _, e := range ruleExprs(t) {
		if strings.Contains(e.where, ":") { // a recording rule, by its name
			table[e.where] = nil
		}
	}
	for _, e := range exprs {
		for _, name := range metricNames.FindAllString(e.expr, -1) {
			if _, ok := table[name]; !ok {
				t.Errorf("%s: no metric %s", e.where, name)
			}
		}
	}
}

// The legends of the dashboards name labels that their metrics have.
func TestLegendsNameRealLabels(t *testing.T) {
	table := tableByName()
	for _, e := range boardExprs(t) {
		names := metricNames.FindAllString(e.expr, -1)
		for _, l := range regexp.MustCompile(`\{\{(\w+)\}\}`).FindAllStringSubmatch(e.legend, -1) {
			if l[1] != "instance" && len(names) > 0 && table[names[0]] != nil && !slices.Contains(table[names[0]], l[1]) {
				t.Errorf("%s: %s has no label %s", e.where, names[0], l[1])
			}
		}
	}
}

// tableByName has the labels of every metric; nil for those that the exporter
// keeps itself.
func tableByName() map[string][]string {
	table := map[string][]string{}
	for _, name := range ownNames() {
		table[name] = nil
	}
	for _, m := range Metrics() {
		table[m.Name] = append([]string{}, m.Labels...)
	}
	return table
}

type named struct{ where, expr, legend string }

func ruleExprs(t *testing.T) (out []named) {
	t.Helper()
	body, err := rules.File(rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct{ Alert, Record, Expr string }
		}
	}
	if err := yaml.Unmarshal(body, &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			out = append(out, named{r.Alert + r.Record, r.Expr, ""})
		}
	}
	return out
}

func boardExprs(t *testing.T) (out []named) {
	t.Helper()
	all, err := dashboards.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		var model struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr, LegendFormat string }
			}
		}
		if err := json.Unmarshal(d.JSON, &model); err != nil {
			t.Fatal(err)
		}
		for _, p := range model.Panels {
			for _, q := range p.Targets {
				out = append(out, named{d.Name + " / " + p.Title, q.Expr, q.LegendFormat})
			}
		}
	}
	return out
}
