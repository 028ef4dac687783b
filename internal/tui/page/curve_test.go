package page

import (
	"math"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestSpark scales to the largest point, leaves a gap for what is not known, and
// keeps the newest points.
func TestSpark(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name   string
		points []float32
		w      int
		want   string
	}{
		{"nothing", nil, 4, ""},
		{"zeros", []float32{0, 0}, 4, "▁▁"},
		{"the largest is the highest step", []float32{0, 50, 100}, 4, "▁▄▇"},
		{"the same wherever the scale ends", []float32{0, 5e9, 1e10}, 4, "▁▄▇"},
		{"not known", []float32{nan, 100}, 4, " ▇"},
		{"the newest", []float32{100, 0, 0, 1}, 3, "▁▁▇"},
		{"below zero", []float32{-5, 10}, 4, "▁▇"},
	} {
		if got := Spark(c.points, c.w); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestShortDurations names intervals without needless digits.
func TestShortDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		2 * time.Second: "2s", time.Minute: "1m", 10 * time.Minute: "10m", time.Hour: "1h", 2 * time.Hour: "2h", 90 * time.Second: "1m30s", 1500 * time.Millisecond: "1.50s",
	} {
		if got := ShortDuration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// TestCurveWindow covers the chosen time window, and no more than was seen.
func TestCurveWindow(t *testing.T) {
	ctx := contextOf(fixture.Cluster(fixture.Noon, "2.15.2"))
	var c live.Curves
	for i := range 100 {
		c[live.CPU] = append(c[live.CPU], float32(i))
	}
	for _, k := range []struct {
		span, every time.Duration
		points      int
		covered     time.Duration
	}{
		{time.Minute, 2 * time.Second, 30, time.Minute},
		{10 * time.Minute, 2 * time.Second, 300, 200 * time.Second},
		{time.Minute, 5 * time.Second, 12, time.Minute},
		{time.Second, 2 * time.Second, 2, time.Second},
		{time.Minute, 0, 30, time.Minute},
	} {
		ctx.Span, ctx.State.Every = k.span, k.every
		if n, over := points(ctx), covered(ctx, &c); n != k.points || over != k.covered {
			t.Errorf("%v every %v: %d points over %v, want %d over %v", k.span, k.every, n, over, k.points, k.covered)
		}
	}
	if braille, blocks := columns(&Context{Dots: cell.Braille}, 10), columns(&Context{Dots: cell.Blocks}, 10); braille != 20 || blocks != 10 {
		t.Errorf("ten cells show %d braille points and %d blocks", braille, blocks)
	}
}

// TestGauge draws a bar in proportion, never full before it is, never empty
// once something is used.
func TestGauge(t *testing.T) {
	for _, c := range []struct {
		share float64
		want  string
	}{{0, "··········"}, {0.001, "█·········"}, {0.5, "█████·····"}, {0.94, "█████████·"}, {1, "██████████"}, {3, "██████████"}, {-1, "··········"}} {
		g := cell.New(10, 1)
		gauge(g.All(), 0, 0, 10, c.share, 0)
		if got := g.Text(false); got != c.want+"\n" {
			t.Errorf("%v: %q, want %q", c.share, got, c.want)
		}
	}
}
