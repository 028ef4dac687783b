package report

import (
	"fmt"
	"io"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// Comparison writes what changed from one result to another.
func Comparison(w io.Writer, c *result.Comparison, o Options) error {
	p := &page{o: o}
	p.line("base", "%s, runs: %d", o.safe(c.Base.Scenario), c.Base.Runs)
	p.line("new", "%s, runs: %d", o.safe(c.New.Scenario), c.New.Runs)
	for _, text := range c.Warnings {
		p.line("note", "%s", o.safe(text))
	}
	p.blank()
	p.line("", "%11s %11s %8s %16s %7s %9s", "base", "new", "change", "95% interval", "p", "visible")
	for _, ch := range c.Changes {
		p.line(ch.Metric, "%11s %11s %8s %16s %7.4f %9s  %s", value(ch.Unit, ch.Base), value(ch.Unit, ch.New),
			change(ch.Ratio), interval(ch.CI95), ch.Holm, visible(ch.MDE), ch.Verdict)
	}
	p.blank()
	if few(c) {
		p.line("", "too few runs to show a change: use at least 6 on each side, better 8 (--runs 8)")
	}
	p.line("", "p: probability of such a difference without a change; visible: the smallest change that would have been found")
	for _, f := range c.Failed {
		p.line("FAILED", "%s", o.safe(f))
	}
	for _, f := range c.Inconclusive {
		p.line("UNCLEAR", "%s", o.safe(f))
	}
	if _, err := io.WriteString(w, p.b.String()); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

func few(c *result.Comparison) bool {
	for _, ch := range c.Changes {
		if ch.Verdict == result.TooFew {
			return true
		}
	}
	return false
}

func value(unit string, v float64) string {
	switch unit {
	case "us":
		return micros(v)
	case "ns/msg":
		return count(v) + " ns"
	}
	return count(v)
}

func change(ratio float64) string {
	if ratio == 0 {
		return ""
	}
	return fmt.Sprintf("%+.1f%%", (ratio-1)*100)
}

func interval(ci *[2]float64) string {
	if ci == nil {
		return ""
	}
	return fmt.Sprintf("%+.1f to %+.1f", (ci[0]-1)*100, (ci[1]-1)*100)
}

func visible(mde float64) string {
	if mde == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f%%", mde*100)
}
