package report

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
)

// HTML writes a self-contained page: no scripts, no other files, no network. It
// shows the figures of every run and plots the last one.
func HTML(w io.Writer, r *result.Result) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"micros": micros, "count": count, "volume": volume, "whole": func(v int64) string { return count(float64(v)) },
	}).Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	data := struct {
		*result.Result
		When     string
		Settings []setting
		Plots    []plot
	}{Result: r, Settings: settings(r.Spec)}
	if n := len(r.Runs); n > 0 {
		data.When = day(&r.Runs[0])
		data.Plots = plots(&r.Runs[n-1])
	}
	if err := t.Execute(w, data); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// plot is one diagram: lines over a common horizontal axis.
type plot struct {
	Title  string
	Lines  []line
	XTicks []mark
	YTicks []mark
}

// line is a named polyline in the coordinates of the drawing.
type line struct {
	Name, Points, Color string
	Row                 int
}

// mark is a label on an axis.
type mark struct {
	At   float64
	Text string
}

// The drawing: its size and the margins around the diagram.
const (
	plotW, plotH = 860.0, 260.0
	left, bottom = 70.0, 30.0
	top, right   = 10.0, 40.0
)

// W is the width of the drawing, for the template.
func (plot) W() float64 { return plotW }

// H is the height of the drawing.
func (plot) H() float64 { return plotH }

// Left is the left end of the diagram.
func (plot) Left() float64 { return left }

// Base is the lower end of the diagram.
func (plot) Base() float64 { return plotH - bottom }

// Right is the right end of the diagram.
func (plot) Right() float64 { return plotW - right }

var colors = []string{"#0b6bcb", "#c8472d", "#3d8f4f"}

// plots are the diagrams of a run.
func plots(r *result.Run) []plot {
	var out []plot
	if p, ok := spectrumPlot(r); ok {
		out = append(out, p)
	}
	if len(r.Whole()) > 1 {
		out = append(out, timePlot("Messages received per second", "received", r, func(i result.Interval) float64 { return float64(i.Received) }, count))
		out = append(out, timePlot("99th percentile of each second", "p99", r, func(i result.Interval) float64 { return i.P99 }, micros))
	}
	return out
}

// xy returns the coordinates of a point given as shares of both axes.
func xy(x, y float64) string {
	return fmt.Sprintf("%.1f,%.1f", left+x*(plotW-left-right), plotH-bottom-y*(plotH-bottom-top))
}

// deepest is the right end of the percentile axis: this many nines.
const deepest = 5.0

// spectrumPlot draws the distributions over the number of nines, both axes
// logarithmic.
func spectrumPlot(r *result.Run) (plot, bool) {
	p := plot{Title: "Latency by percentile"}
	low, high := math.Inf(1), 0.0
	var hs []*hist.Hist
	var names []string
	for _, d := range []struct {
		name string
		d    *result.Distribution
	}{{"response", r.Latency.Response}, {"service", r.Latency.Service}, {"send lag", r.Latency.SendLag}} {
		h, err := d.d.Hist()
		if err != nil || h.Count() == 0 || r.Saturated != nil {
			continue
		}
		hs, names = append(hs, h), append(names, d.name)
		low, high = min(low, math.Log10(max(float64(h.Min()), 1000))), max(high, math.Log10(max(float64(h.Max()), 10_000)))
	}
	if len(hs) == 0 {
		return p, false
	}
	low, high = math.Floor(low), math.Ceil(high)
	scale := func(ns int64) float64 {
		return (math.Log10(max(float64(ns), math.Pow(10, low))) - low) / max(high-low, 1)
	}
	for i, h := range hs {
		var pts []string
		for _, s := range h.Spectrum(10) {
			nines := deepest
			if s.Quantile < 1 {
				nines = min(-math.Log10(1-s.Quantile), deepest)
			}
			pts = append(pts, xy(nines/deepest, scale(s.Value)))
		}
		p.Lines = append(p.Lines, line{names[i], strings.Join(pts, " "), colors[i], i})
	}
	for n, text := range []string{"0", "90%", "99%", "99.9%", "99.99%", "99.999%"} {
		p.XTicks = append(p.XTicks, mark{left + float64(n)/deepest*(plotW-left-right), text})
	}
	for e := low; e <= high; e++ {
		p.YTicks = append(p.YTicks, mark{plotH - bottom - (e-low)/max(high-low, 1)*(plotH-bottom-top), micros(math.Pow(10, e-3))})
	}
	return p, true
}

// rounded returns the next higher number that has round quarters.
func rounded(x float64) float64 {
	if x <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(x)))
	for _, n := range []float64{1, 2, 4, 8} {
		if x <= n*unit {
			return n * unit
		}
	}
	return 10 * unit
}

// timePlot draws a figure of each second.
func timePlot(title, name string, r *result.Run, of func(result.Interval) float64, text func(float64) string) plot {
	p := plot{Title: title}
	high := 0.0
	for _, i := range r.Whole() {
		high = max(high, of(i))
	}
	high = rounded(high)
	var pts []string
	last := float64(len(r.Whole()) - 1)
	for n, i := range r.Whole() {
		pts = append(pts, xy(float64(n)/last, of(i)/max(high, 1)))
	}
	p.Lines = []line{{name, strings.Join(pts, " "), colors[0], 0}}
	step := math.Ceil(last / 8)
	for t := 0.0; t <= last; t += step {
		p.XTicks = append(p.XTicks, mark{left + t/last*(plotW-left-right), fmt.Sprintf("%.0f s", t)})
	}
	for k := range 5 {
		f := float64(k) / 4
		p.YTicks = append(p.YTicks, mark{plotH - bottom - f*(plotH-bottom-top), text(f * high)})
	}
	return p
}

const pageHTML = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>natsctl bench: {{.Spec}}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:920px;padding:0 1em;color:#1c1e21;background:#fff}
h1{font-size:1.3em}h2{font-size:1.05em;margin-top:2em}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}
.bad{color:#b3261e;font-weight:600}.grid{stroke:#e3e3e3}svg text{font-size:11px;fill:#555}
@media(prefers-color-scheme:dark){body{background:#16181b;color:#e4e6e9}td,th{border-color:#333}.grid{stroke:#333}svg text{fill:#aaa}}
</style></head><body>
<h1>{{.Spec}}</h1>
<p>{{.When}}{{range .Env.Servers}} · {{.Name}}, nats-server {{.Version}}, round trip {{micros .RTTMinUS}}{{if .TLS}}, TLS{{end}}{{end}} · client {{.Env.Client.OS}}, {{.Env.Client.Cores}} cores, driver {{.Env.Client.Driver}}</p>
<p>{{range .Settings}}{{.Name}}: {{.Text}}<br>{{end}}</p>
<table><tr><th>run</th><th>sent/s</th><th>received/s</th><th>payload</th><th>lost</th><th>dup</th><th>reordered</th><th>corrupt</th><th>p50</th><th>p99</th><th>p99.9</th><th>max</th></tr>
{{range .Runs}}<tr><td>{{.N}}{{if .Partial}} (partial){{end}}</td><td>{{count .Rate.Sent}}</td><td>{{count .Rate.Received}}</td><td>{{volume .Rate.Bytes}}</td><td>{{whole .Lost}}</td><td>{{whole .Dup}}</td><td>{{whole .Reordered}}</td><td>{{whole .Corrupt}}</td>
{{if .Saturated}}<td colspan="4" class="bad">saturated at {{count .Saturated.At}}/s</td>{{else}}{{with .Latency.Response}}<td>{{micros .P50}}</td><td>{{micros .P99}}</td><td>{{micros .P999}}</td><td>{{micros .Max}}</td>{{else}}{{with .Latency.Service}}<td>{{micros .P50}}</td><td>{{micros .P99}}</td><td>{{micros .P999}}</td><td>{{micros .Max}}</td>{{else}}<td colspan="4"></td>{{end}}{{end}}{{end}}</tr>
{{end}}</table>
{{range .Runs}}{{$n := .N}}{{range .Validity.Reasons}}<p{{if .Fatal}} class="bad"{{end}}>Run {{$n}}: {{.Text}} ({{.Code}})</p>{{end}}{{end}}
{{with .Verdict}}<p{{if not .Pass}} class="bad"{{end}}>Objective {{.SLO}}: {{if .Pass}}met{{else}}missed{{range .Missed}}, {{.}}{{end}}{{end}}</p>{{end}}
{{with .Search}}<h2>Search: sustains {{count .Best}}/s</h2>
<table><tr><th>offered/s</th><th>received/s</th><th>p50</th><th>p99</th><th>lost</th><th></th></tr>
{{range .Steps}}<tr><td>{{count .Rate}}</td><td>{{count .Received}}</td><td>{{micros .P50US}}</td><td>{{micros .P99US}}</td><td>{{whole .Lost}}</td><td>{{if .Pass}}pass{{else}}fail{{range .Missed}}, {{.}}{{end}}{{end}}</td></tr>{{end}}</table>{{end}}
{{range .Plots}}{{$p := .}}<h2>{{.Title}}</h2>
<svg viewBox="0 0 {{.W}} {{.H}}" role="img" aria-label="{{.Title}}">
{{range .YTicks}}<line class="grid" x1="{{$p.Left}}" x2="{{$p.Right}}" y1="{{.At}}" y2="{{.At}}"/><text x="{{$p.Left}}" dx="-6" y="{{.At}}" dy="4" text-anchor="end">{{.Text}}</text>
{{end}}{{range .XTicks}}<text x="{{.At}}" y="{{$p.Base}}" dy="18" text-anchor="middle">{{.Text}}</text>
{{end}}{{range .Lines}}<polyline fill="none" stroke-width="1.8" stroke="{{.Color}}" points="{{.Points}}"/><text x="{{$p.Left}}" dx="10" y="24" dy="{{.Row}}.2em" style="fill:{{.Color}}">{{.Name}}</text>
{{end}}</svg>{{end}}
</body></html>
`
