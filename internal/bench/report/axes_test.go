package report

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
)

// axis writes marks as TEXT@POSITION, with the position in percent of a length from
// an origin.
func axis(ticks []mark, origin, length float64) string {
	var out []string
	for _, m := range ticks {
		out = append(out, fmt.Sprintf("%s@%.1f", m.Text, (m.At-origin)/length*100+0)) // never -0
	}
	return strings.Join(out, ", ")
}

// TestAxes has the marks of each axis where its values stand.
func TestAxes(t *testing.T) {
	ps := plots(&sample(t).Runs[0])
	const across, up = plotW - left - right, -(plotH - bottom - top)
	for i, want := range []struct{ x, y string }{
		{"0@0.0, 90%@20.0, 99%@40.0, 99.9%@60.0, 99.99%@80.0, 99.999%@100.0", "10.0 us@0.0, 100 us@25.0, 1.00 ms@50.0, 10.0 ms@75.0, 100 ms@100.0"},
		{"0 s@0.0, 2 s@22.2, 4 s@44.4, 6 s@66.7, 8 s@88.9", "0@0.0, 1,000@25.0, 2,000@50.0, 3,000@75.0, 4,000@100.0"},
		{"0 s@0.0, 2 s@22.2, 4 s@44.4, 6 s@66.7, 8 s@88.9", "0@0.0, 2.50 ms@25.0, 5.00 ms@50.0, 7.50 ms@75.0, 10.0 ms@100.0"},
	} {
		if got := axis(ps[i].XTicks, left, across); got != want.x {
			t.Errorf("%s: across %s\nwant %s", ps[i].Title, got, want.x)
		}
		if got := axis(ps[i].YTicks, plotH-bottom, up); got != want.y {
			t.Errorf("%s: up %s\nwant %s", ps[i].Title, got, want.y)
		}
	}
}

// TestSpectrumPoints stand at their number of nines, and at the logarithm of their
// value: nine of ten at the bottom of an axis from 10 to 1000 us, the rest at its top.
func TestSpectrumPoints(t *testing.T) {
	var h hist.Hist
	for i := range 100 {
		h.Record(10_100 + int64(i/90)*980_000)
	}
	text, err := h.Encode()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := spectrumPlot(&result.Run{Latency: result.Latency{Service: &result.Distribution{HDR: text}}})
	if !ok || len(p.Lines) != 1 || p.Lines[0].Name != "service" {
		t.Fatalf("%v, %+v", ok, p.Lines)
	}
	var x, y float64
	for pt := range strings.FieldsSeq(p.Lines[0].Points) {
		if _, err := fmt.Sscanf(pt, "%f,%f", &x, &y); err != nil {
			t.Fatal(err)
		}
		want := plotH - bottom
		if x > left+0.203*(plotW-left-right) {
			want = top
		}
		if math.Abs(y-want) > 2 {
			t.Errorf("point %s, want %v up", pt, want)
		}
	}
	if x != plotW-right {
		t.Errorf("the last point is at %v", x)
	}
}

// TestTextOfWhatIsMissing says what a run does not know, and leaves out what it does
// not have.
func TestTextOfWhatIsMissing(t *testing.T) {
	r := sample(t)
	if text := show(t, r, Options{}); strings.Contains(text, "not known whether") || !strings.Contains(text, "longest gap") || lineOf(text, "            p99") == "" {
		t.Errorf("\n%s", text)
	}
	run := &r.Runs[0]
	run.Unknown, run.Gap.US, run.Received = 1, 0, 0
	for i := range run.Intervals {
		run.Intervals[i].P99 = 0
	}
	text := show(t, r, Options{ASCII: true})
	if !strings.Contains(text, "run 1: it is not known whether 1 messages arrived") || strings.Contains(text, "longest gap") || lineOf(text, "            p99") != "" {
		t.Errorf("\n%s", text)
	}
	if got := lineOf(text, "time line"); !strings.HasSuffix(got, "up to 1k/s") { // of what was sent
		t.Errorf("%q", got)
	}
	run.Intervals = run.Intervals[:1]
	if text = show(t, r, Options{}); lineOf(text, "time line") != "" {
		t.Errorf("\n%s", text)
	}
}

// TestPercentilesOfService is the distribution of a run without response times.
func TestPercentilesOfService(t *testing.T) {
	r := sample(t)
	text := func() string {
		var b bytes.Buffer
		if err := Percentiles(&b, r); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	all := text()
	r.Runs[0].Latency.Response, r.Runs[0].Latency.SendLag = nil, nil
	if got := text(); got != all || got == "" {
		t.Errorf("\n%s", got)
	}
	r.Runs[0].Latency.Service = nil
	if got := text(); strings.Contains(got, "100.1") {
		t.Errorf("\n%s", got)
	}
	r.Runs[0].Latency.Response = &result.Distribution{HDR: "x"}
	if err := Percentiles(&bytes.Buffer{}, r); err == nil {
		t.Error("what cannot be read is left out")
	}
	r.Runs = nil
	if got := text(); got != "" {
		t.Errorf("\n%s", got)
	}
}
