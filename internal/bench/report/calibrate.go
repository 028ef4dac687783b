package report

import (
	"fmt"
	"io"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// Calibration writes the limits of a machine.
func Calibration(w io.Writer, c *result.Calibration, o Options) error {
	p := &page{o: o}
	p.line("machine", "%s, %d cores, Go %s", o.safe(c.Env.OS), c.Env.Cores, o.safe(c.Env.Go))
	how := "the system's precise sleeper"
	if !c.Precise {
		how = "yielding the processor: this system has no precise sleeper"
	}
	p.line("timer lag", "p50 %s, p99 %s, max %s at 1000/s, by %s", micros(c.TimerLag.P50), micros(c.TimerLag.P99), micros(c.TimerLag.Max), how)
	p.line("clock", "%.0f ns for a reading", c.ClockNS)
	if c.RTT != nil {
		p.line("round trip", "min %s, p50 %s, p99 %s", micros(c.RTT.Min), micros(c.RTT.P50), micros(c.RTT.P99))
	}
	p.line("others", "used %s of the machine meanwhile", percent(c.Foreign))
	p.blank()
	p.line("ceilings", "%8s %14s %14s", "payload", "msgs/s", "payload")
	for _, ceiling := range c.Ceilings {
		p.line("  "+ceiling.Driver, "%6d B %14s %14s", ceiling.Size, count(ceiling.PerSec), volume(ceiling.BytesPS))
	}
	p.line("", "one publisher into a sink in this process; a server cannot be measured above 70%% of it")
	if _, err := io.WriteString(w, p.b.String()); err != nil {
		return fmt.Errorf("write calibration: %w", err)
	}
	return nil
}
