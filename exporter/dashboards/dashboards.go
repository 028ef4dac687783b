// Package dashboards generates Grafana dashboards from the metrics of the
// exporter.
//
// It owns the table of panels. It must not know how metrics are collected; it
// knows only their names.
package dashboards

import (
	"encoding/json"
	"fmt"
)

// Dashboard is one Grafana dashboard, ready to import.
type Dashboard struct {
	Name  string // file name without .json
	Title string
	JSON  []byte
}

// All returns the dashboards for the native metrics: overview, links, server,
// JetStream, accounts.
func All() ([]Dashboard, error) {
	var out []Dashboard
	for _, b := range boards {
		body, err := json.MarshalIndent(b.grafana(), "", "  ")
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", b.name, err)
		}
		out = append(out, Dashboard{b.name, b.title, append(body, '\n')})
	}
	return out, nil
}

// board is a dashboard as data: variables, then rows of panels.
type board struct {
	name, title string
	vars        []variable
	rows        []boardRow
}

// variable is a template variable of a dashboard, filled by a query.
type variable struct {
	name, label, query string
	single             bool // exactly one value is chosen, not several or all
}

type boardRow struct {
	title  string
	panels []panel
}

// panel is one panel. Its width is in Grafana's grid columns, 24 per row.
type panel struct {
	title, kind, unit string // kind: timeseries, stat, table, state
	width             int
	queries           []query
}

// query is an expression and the legend of its series.
type query struct{ expr, legend string }

// panelHeight is in Grafana's grid rows.
const panelHeight = 8

// grafana returns the dashboard in Grafana's JSON model.
func (b board) grafana() map[string]any {
	var panels []any
	id, y := 0, 0
	for _, row := range b.rows {
		id++
		panels = append(panels, map[string]any{
			"id": id, "type": "row", "title": row.title, "collapsed": false, "panels": []any{},
			"gridPos": map[string]int{"h": 1, "w": 24, "x": 0, "y": y},
		})
		y++
		x := 0
		for _, p := range row.panels {
			id++
			if x+p.width > 24 {
				x, y = 0, y+panelHeight
			}
			panels = append(panels, p.grafana(id, x, y))
			x += p.width
		}
		y += panelHeight
	}
	return map[string]any{
		"uid": "natsctl-" + b.name, "title": b.title, "tags": []string{"nats", "natsctl"}, "schemaVersion": 39, "editable": true,
		"time": map[string]string{"from": "now-1h", "to": "now"}, "refresh": "30s", "timezone": "browser",
		"templating": map[string]any{"list": b.variables()}, "panels": panels, "annotations": map[string]any{"list": []any{}},
		"links": []any{map[string]any{"type": "dashboards", "tags": []string{"natsctl"}, "title": "NATS", "asDropdown": true, "includeVars": true, "keepTime": true}},
	}
}

func (b board) variables() []any {
	list := []any{map[string]any{"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}}
	for _, v := range b.vars {
		model := map[string]any{
			"name": v.name, "label": v.label, "type": "query", "datasource": source0(), "refresh": 2, "sort": 1,
			"query": map[string]string{"query": v.query, "refId": v.name}, "definition": v.query,
		}
		if !v.single {
			model["multi"], model["includeAll"], model["allValue"] = true, true, ".*"
			model["current"] = map[string]any{"text": "All", "value": []string{"$__all"}}
		}
		list = append(list, model)
	}
	return list
}

func source0() map[string]string {
	return map[string]string{"type": "prometheus", "uid": "${datasource}"}
}

func (p panel) grafana(id, x, y int) map[string]any {
	var targets []any
	for i, q := range p.queries {
		target := map[string]any{"refId": string(rune('A' + i)), "expr": q.expr, "legendFormat": q.legend, "datasource": source0()}
		if p.kind == "table" {
			target["format"], target["instant"] = "table", true
		}
		targets = append(targets, target)
	}
	defaults := map[string]any{"unit": p.unit}
	kind := p.kind
	if kind == "state" {
		kind = "state-timeline"
		defaults["color"] = map[string]string{"mode": "thresholds"}
		defaults["thresholds"] = map[string]any{"mode": "absolute", "steps": []any{
			map[string]any{"color": "red", "value": nil}, map[string]any{"color": "green", "value": 1},
		}}
	}
	return map[string]any{
		"id": id, "type": kind, "title": p.title, "datasource": source0(), "targets": targets,
		"gridPos":     map[string]int{"h": panelHeight, "w": p.width, "x": x, "y": y},
		"fieldConfig": map[string]any{"defaults": defaults, "overrides": []any{}},
		"options":     map[string]any{},
	}
}
