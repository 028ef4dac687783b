package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// Text writes a result for people: what was measured, by whom, the figures of
// every run, the distribution and the time line of the last run, and every
// reason to doubt them.
func Text(w io.Writer, r *result.Result, o Options) error {
	p := &page{o: o}
	p.head(r)
	p.runs(r)
	if n := len(r.Runs); n > 0 {
		last := &r.Runs[n-1]
		p.latency(last)
		p.spectrum(last)
		p.timeline(last)
		p.sides(last)
	}
	p.search(r.Search)
	p.validity(r)
	p.verdict(r.Verdict)
	if _, err := io.WriteString(w, p.b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// page collects the text of a report.
type page struct {
	o Options
	b strings.Builder
}

// label is the width of the column of names on the left.
const label = 12

// line writes a line with a name on the left; an empty name continues the last.
func (p *page) line(name, format string, args ...any) {
	fmt.Fprintf(&p.b, "%-*s%s\n", label, name, strings.TrimRight(fmt.Sprintf(format, args...), " "))
}

func (p *page) blank() { p.b.WriteByte('\n') }

func (p *page) head(r *result.Result) {
	p.line("scenario", "%s", p.o.safe(r.Spec.String()))
	for _, s := range settings(r.Spec) {
		p.line(s.Name, "%s", p.o.safe(s.Text))
	}
	for _, s := range r.Env.Servers {
		tls := ""
		if s.TLS {
			tls = ", TLS"
		}
		p.line("server", "%s, nats-server %s, round trip %s%s", p.o.safe(s.Name), p.o.safe(s.Version), micros(s.RTTMinUS), tls)
	}
	c := r.Env.Client
	p.line("client", "%s, %d cores, driver %s", p.o.safe(c.OS), c.Cores, p.o.safe(c.Driver))
	p.blank()
}

func (p *page) runs(r *result.Result) {
	p.line("", "%10s %10s %11s %9s %6s %8s %7s", "sent/s", "received/s", "payload", "lost", "dup", "reorder", "corrupt")
	for _, run := range r.Runs {
		p.line(fmt.Sprintf("run %d", run.N), "%10s %10s %11s %9s %6s %8s %7s",
			count(run.Rate.Sent), count(run.Rate.Received), volume(run.Rate.Bytes),
			count(float64(run.Lost)), count(float64(run.Dup)), count(float64(run.Reordered)), count(float64(run.Corrupt)))
	}
	for _, run := range r.Runs {
		if run.Unknown > 0 {
			p.line("", "run %d: it is not known whether %s messages arrived", run.N, count(float64(run.Unknown)))
		}
	}
	if s := r.Summary; len(r.Runs) > 1 {
		p.line("median", "%10s %10s   rate varies by %s between runs", "", count(s.Rate.Median), percent(s.Rate.CV))
	}
	p.blank()
}

func (p *page) latency(r *result.Run) {
	if s := r.Saturated; s != nil {
		p.line("saturated", "at %s/s of %s/s offered: no latencies, they would only show how long the run was",
			scenario.FormatRate(s.At), scenario.FormatRate(r.Rate.Target))
		p.blank()
		return
	}
	rows := []struct {
		name string
		d    *result.Distribution
	}{{"response", r.Latency.Response}, {"service", r.Latency.Service}, {"send lag", r.Latency.SendLag}}
	p.line("latency", "%9s %9s %9s %9s %9s %9s", "p50", "p90", "p99", "p99.9", "p99.99", "max")
	for _, row := range rows {
		if d := row.d; d != nil {
			p.line(row.name, "%9s %9s %9s %9s %9s %9s", micros(d.P50), micros(d.P90), micros(d.P99), micros(d.P999), micros(d.P9999), micros(d.Max))
		}
	}
	if r.Latency.Response == nil && r.Latency.Service != nil {
		p.line("", "closed loop: no response time; use --rate to measure it")
	}
	p.blank()
}

// marks are the percentiles of the spectrum.
var marks = []struct {
	name string
	q    float64
}{
	{"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}, {"max", 1},
}

// spectrum draws the response time next to the service time on a logarithmic
// scale: where the bars differ, messages waited to be sent.
func (p *page) spectrum(r *result.Run) {
	main, other := r.Latency.Response, r.Latency.Service
	if main == nil || r.Saturated != nil {
		return
	}
	h, err := main.Hist()
	if err != nil || h.Count() == 0 {
		return
	}
	width := p.o.width() - label - 34
	low, high := math.Log10(max(main.Min, 1)), math.Log10(max(main.Max, 10))
	p.line("spectrum", "%10s %10s  response time, logarithmic", "response", "service")
	s, serr := other.Hist()
	for _, m := range marks {
		us := float64(h.Quantile(m.q)) / 1e3
		service := ""
		if serr == nil && s.Count() > 0 {
			service = micros(float64(s.Quantile(m.q)) / 1e3)
		}
		n := 1
		if high > low && us > 1 {
			n = 1 + int((math.Log10(us)-low)/(high-low)*float64(width-1)+0.5)
		}
		p.line("  "+m.name, "%10s %10s  %s", micros(us), service, strings.Repeat(p.o.block(), min(max(n, 1), width)))
	}
	p.blank()
}

func (p *page) timeline(r *result.Run) {
	windows := r.Whole()
	if len(windows) < 2 {
		return
	}
	var rate, p99 []float64
	var top, worst float64
	for _, i := range windows {
		v := float64(i.Received)
		if r.Received == 0 {
			v = float64(i.Sent)
		}
		rate, p99 = append(rate, v), append(p99, i.P99)
		top, worst = max(top, v), max(worst, i.P99)
	}
	n := p.o.width() - label - 20
	p.line("time line", "rate %s  up to %s/s", p.o.sparkline(rate, n), scenario.FormatRate(top))
	if worst > 0 {
		p.line("", "p99  %s  up to %s", p.o.sparkline(p99, n), micros(worst))
	}
	if r.Gap.US > 0 {
		p.line("longest gap", "%s without a message, until second %.1f", micros(r.Gap.US), r.Gap.Second)
	}
	p.events(r.Events)
	p.blank()
}

// maxEvents is how many events the text shows.
const maxEvents = 12

func (p *page) events(es []result.Event) {
	for i, e := range es {
		if i == maxEvents {
			p.line("", "and %d more events", len(es)-maxEvents)
			return
		}
		p.line(fmt.Sprintf("  %7.3f s", e.Second), " %s: %s %s", p.o.safe(e.Who), e.Kind, p.o.safe(e.Detail))
	}
}

// sides writes what the run cost and the metrics of servers and streams.
func (p *page) sides(r *result.Run) {
	c := r.Client
	p.line("client", "%s ns CPU per message, %.2f cores, %.0f MB, longest collector pause %s",
		count(c.CPUNSPerMsg), c.CPUCores, c.RSSMB, micros(c.GCPauseMaxUS))
	if s := r.Server; s != nil {
		p.line("servers", "%d servers: %s messages in, %s out, CPU %.0f%%, %.0f MB",
			s.Servers, count(float64(s.InMsgs)), count(float64(s.OutMsgs)), s.CPUAvg, s.MemMB)
		p.line("", "slow consumers %d, stalled clients %d, JetStream API errors %d", s.SlowConsumers, s.StalledClients, s.JSAPIErrors)
	}
	if s := r.JS; s != nil {
		p.line("stream", "%s: stored %s, acknowledged %s, redelivered %s", p.o.safe(s.Stream), count(float64(s.Stored)), count(float64(s.Acked)), count(float64(s.Redelivered)))
	}
	if k := r.KV; k != nil {
		p.line("bucket", "%s: %s gets, %s puts, %s compare-and-sets (%s conflicts), %s stale reads",
			p.o.safe(k.Bucket), count(float64(k.Gets)), count(float64(k.Puts)), count(float64(k.CAS)), count(float64(k.Conflicts)), count(float64(k.Stale)))
	}
}

func (p *page) search(c *result.Curve) {
	if c == nil {
		return
	}
	p.blank()
	p.line("search", "%11s %11s %10s %10s %8s", "offered/s", "received/s", "p50", "p99", "lost")
	for _, s := range c.Steps {
		verdict := "pass"
		if !s.Pass {
			verdict = "fail: " + p.o.safe(strings.Join(s.Missed, ", "))
		}
		p.line("", "%11s %11s %10s %10s %8s  %s", count(s.Rate), count(s.Received), micros(s.P50US), micros(s.P99US), count(float64(s.Lost)), verdict)
	}
	if c.Best > 0 {
		p.line("sustains", "%s/s", scenario.FormatRate(c.Best))
	} else {
		p.line("sustains", "none of the tested rates")
	}
}

func (p *page) validity(r *result.Result) {
	for _, run := range r.Runs {
		verdict := "valid"
		if !run.Validity.Valid {
			verdict = "NOT VALID"
		}
		if run.Partial {
			verdict += ", partial"
		}
		p.line(fmt.Sprintf("run %d", run.N), "%s", verdict)
		for _, reason := range run.Validity.Reasons {
			p.line("", "%s: %s", reason.Code, p.o.safe(reason.Text))
		}
	}
}

func (p *page) verdict(v *result.Verdict) {
	if v == nil {
		return
	}
	text := "met"
	if !v.Pass {
		text = "MISSED: " + strings.Join(v.Missed, ", ")
	}
	p.line("objective", "%s: %s", p.o.safe(v.SLO), p.o.safe(text))
}
