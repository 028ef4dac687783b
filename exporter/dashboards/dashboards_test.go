package dashboards

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// grafanaModel is what Grafana reads of a dashboard.
type grafanaModel struct {
	UID, Title    string
	SchemaVersion int
	Templating    struct {
		List []struct {
			Name, Type, Definition string
			Multi, IncludeAll      bool
			Query                  any
		}
	}
	Panels []grafanaPanel
}

type grafanaPanel struct {
	ID          int
	Type, Title string
	GridPos     struct{ H, W, X, Y int }
	Targets     []struct {
		RefID, Expr, LegendFormat, Format string
		Instant                           bool
	}
	FieldConfig struct {
		Defaults struct {
			Unit       string
			Thresholds *struct {
				Steps []struct {
					Color string
					Value *float64
				}
			}
		}
	}
}

func models(t *testing.T) map[string]grafanaModel {
	t.Helper()
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]grafanaModel{}
	for _, d := range all {
		var m grafanaModel
		if err := json.Unmarshal(d.JSON, &m); err != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		if m.UID != "natsctl-"+d.Name || m.Title != d.Title || d.Title == "" || m.SchemaVersion == 0 || d.JSON[len(d.JSON)-1] != '\n' {
			t.Errorf("%s: %q %q %d", d.Name, m.UID, m.Title, m.SchemaVersion)
		}
		out[d.Name] = m
	}
	return out
}

// Five dashboards, by these names, each with the panels of its table in order.
func TestDashboardsAreWhole(t *testing.T) {
	all := models(t)
	names := []string{"overview", "links", "server", "jetstream", "accounts"}
	if len(all) != len(names) {
		t.Errorf("%d dashboards", len(all))
	}
	for i, b := range boards {
		if b.name != names[i] {
			t.Errorf("%s, want %s", b.name, names[i])
		}
		var want, got []string
		for _, row := range b.rows {
			want = append(want, "row: "+row.title)
			for _, p := range row.panels {
				want = append(want, p.title)
			}
		}
		for _, p := range all[b.name].Panels {
			if p.Type == "row" {
				p.Title = "row: " + p.Title
			}
			got = append(got, p.Title)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", b.name, got, want)
		}
	}
}

// No panel lies over another, beside the grid or above its row, and each has an
// id of its own.
func TestPanelsDoNotOverlap(t *testing.T) {
	for name, m := range models(t) {
		taken, ids, bottom := map[[2]int]string{}, map[int]bool{}, 0
		for _, p := range m.Panels {
			if ids[p.ID] || p.ID == 0 {
				t.Errorf("%s / %s: id %d twice", name, p.Title, p.ID)
			}
			ids[p.ID] = true
			g := p.GridPos
			if g.X < 0 || g.X+g.W > 24 || g.W <= 0 || g.H <= 0 {
				t.Errorf("%s / %s: %+v is beside the grid", name, p.Title, g)
			}
			if p.Type == "row" {
				if g.Y < bottom || g.W != 24 || g.H != 1 {
					t.Errorf("%s / row %s at %+v, the panels above end at %d", name, p.Title, g, bottom)
				}
			}
			for x := g.X; x < g.X+g.W; x++ {
				for y := g.Y; y < g.Y+g.H; y++ {
					if other, ok := taken[[2]int{x, y}]; ok {
						t.Errorf("%s: %q lies over %q", name, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
			bottom = max(bottom, g.Y+g.H)
		}
	}
}

// Every panel has a question of its own letter, and one of the kinds of Grafana.
func TestPanelsAskSomething(t *testing.T) {
	kinds := []string{"row", "timeseries", "stat", "table", "state-timeline"}
	for name, m := range models(t) {
		for _, p := range m.Panels {
			if !slices.Contains(kinds, p.Type) || p.Title == "" {
				t.Errorf("%s / %q is a %q", name, p.Title, p.Type)
			}
			if p.Type != "row" && len(p.Targets) == 0 {
				t.Errorf("%s / %s asks nothing", name, p.Title)
			}
			for i, q := range p.Targets {
				if q.Expr == "" || q.RefID != string(rune('A'+i)) {
					t.Errorf("%s / %s: %+v", name, p.Title, q)
				}
				if table := p.Type == "table"; table != q.Instant || table != (q.Format == "table") {
					t.Errorf("%s / %s is a %s: instant %v, format %q", name, p.Title, p.Type, q.Instant, q.Format)
				}
			}
			steps := p.FieldConfig.Defaults.Thresholds
			if (p.Type == "state-timeline") != (steps != nil) {
				t.Errorf("%s / %s is a %s: thresholds %v", name, p.Title, p.Type, steps)
			}
			if steps != nil && (steps.Steps[0].Color != "red" || steps.Steps[0].Value != nil || steps.Steps[1].Color != "green" || *steps.Steps[1].Value != 1) {
				t.Errorf("%s / %s: %+v", name, p.Title, steps)
			}
		}
	}
}

// The variables of each dashboard come after the data source, allow all, and
// are used by its panels.
func TestDashboardVariables(t *testing.T) {
	all := models(t)
	for _, b := range boards {
		list := all[b.name].Templating.List
		if len(list) != len(b.vars)+1 || list[0].Name != "datasource" || list[0].Type != "datasource" || list[0].Query != "prometheus" {
			t.Fatalf("%s: %+v", b.name, list)
		}
		for i, v := range b.vars {
			got := list[i+1]
			if got.Name != v.name || got.Definition != v.query || got.Type != "query" || got.Multi == v.single || got.IncludeAll == v.single {
				t.Errorf("%s: %+v, want %+v", b.name, got, v)
			}
		}
	}
}

// Each dashboard is about one fleet: its first variable chooses it, and every
// series that a panel or another variable asks for is of that fleet.
func TestDashboardsAreOfOneFleet(t *testing.T) {
	series := regexp.MustCompile(`(nats_\w+|ALERTS)(\{[^}]*\})?`)
	for name, m := range models(t) {
		if fleet := m.Templating.List[1]; fleet.Name != "fleet" || fleet.Multi || fleet.IncludeAll {
			t.Errorf("%s: %+v", name, fleet)
		}
		var exprs []string
		for _, v := range m.Templating.List[2:] {
			exprs = append(exprs, v.Definition)
		}
		for _, p := range m.Panels {
			for _, q := range p.Targets {
				exprs = append(exprs, q.Expr)
			}
		}
		for _, expr := range exprs {
			for _, found := range series.FindAllStringSubmatch(expr, -1) {
				if !strings.HasPrefix(found[2], `{fleet="$fleet"`) {
					t.Errorf("%s: %s in %s is of any fleet", name, found[0], expr)
				}
			}
		}
	}
}

// Nothing that a second exporter of the fleet reports too is added up twice.
func TestDashboardsAddUpOnce(t *testing.T) {
	sums := regexp.MustCompile(`\bsum (?:by \([^)]*\) )?\(|\bsum\(`)
	for name, m := range models(t) {
		for _, p := range m.Panels {
			for _, q := range p.Targets {
				for _, at := range sums.FindAllStringIndex(q.Expr, -1) {
					if rest := q.Expr[at[1]:]; !strings.HasPrefix(rest, "max ") {
						t.Errorf("%s / %s adds up every exporter's: %s", name, p.Title, q.Expr)
					}
				}
			}
		}
	}
}

// Prometheus understands every question: promtool reads them as rules.
func TestPrometheusReadsTheQuestions(t *testing.T) {
	tool := testcluster.Tool(t, "promtool")
	var exprs []map[string]string
	for _, m := range models(t) {
		for _, p := range m.Panels {
			for _, q := range p.Targets {
				exprs = append(exprs, map[string]string{"record": "x:y", "expr": strings.ReplaceAll(q.Expr, "$__rate_interval", "5m")})
			}
		}
	}
	body, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "x", "rules": exprs}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dashboards.yaml")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), tool, "check", "rules", "--lint=none", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
