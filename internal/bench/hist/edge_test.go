package hist

import (
	"bytes"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"
)

// TestRowsCountLikeSingles records equal values in a row, interleaved with
// everything that settles them.
func TestRowsCountLikeSingles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows Hist
		plain := hdrhistogram.New(lowest, Max, digits)
		for _, v := range rapid.SliceOfN(rapid.Int64Range(0, 5), 0, 60).Draw(t, "values") {
			v *= 1000
			if v == 3000 {
				rows.RecordN(v, 4)
				_ = plain.RecordValues(v, 4)
				continue
			}
			rows.Record(v)
			_ = plain.RecordValue(v)
			if v == 5000 && rows.Count() != plain.TotalCount() {
				t.Fatalf("%d values, want %d", rows.Count(), plain.TotalCount())
			}
		}
		if rows.Count() != plain.TotalCount() {
			t.Fatalf("%d values, want %d", rows.Count(), plain.TotalCount())
		}
		if rows.Count() > 0 && (rows.Quantile(0.5) != plain.ValueAtPercentile(50) || rows.Max() != plain.Max() || rows.Min() != plain.Min() || rows.Mean() != plain.Mean()) {
			t.Fatalf("median %d, want %d", rows.Quantile(0.5), plain.ValueAtPercentile(50))
		}
	})
}

// TestMergeIncludesWhatIsNotFlushed of both sides, and leaves the other alone.
func TestMergeIncludesWhatIsNotFlushed(t *testing.T) {
	var a, b, none Hist
	a.Record(1000)
	a.Record(1000)
	b.Record(9000)
	a.Merge(&b)
	a.Merge(&none)
	none.Merge(&a)
	if a.Count() != 3 || b.Count() != 1 || none.Count() != 3 {
		t.Errorf("%d, %d and %d values", a.Count(), b.Count(), none.Count())
	}
}

// TestSpectrum ends at everything, and values and counts never fall.
func TestSpectrum(t *testing.T) {
	var h Hist
	for i := range int64(1000) {
		h.Record((i + 1) * 10_000)
	}
	points := h.Spectrum(5)
	last := points[len(points)-1]
	if last.Quantile != 1 || last.Count != 1000 || last.Value < 9_990_000 {
		t.Errorf("ends with %+v", last)
	}
	for i, p := range points[1:] {
		if p.Value < points[i].Value || p.Count < points[i].Count || p.Quantile < points[i].Quantile {
			t.Errorf("%+v after %+v", p, points[i])
		}
	}
}

// TestWritePercentiles is in milliseconds.
func TestWritePercentiles(t *testing.T) {
	var h Hist
	h.Record(250_000_000)
	var b bytes.Buffer
	if err := h.WritePercentiles(&b); err != nil || !strings.Contains(b.String(), "#[Max     =      250.") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestCoarseMerge(t *testing.T) {
	var a, b coarse
	a.record(100)
	b.record(100)
	b.record(5000)
	b.record(-3)
	a.merge(&b)
	if a.n != 4 || a.max != 5000 || a.quantile(0.25) != 0 || a.quantile(0.5) != upper(index(100)) || a.quantile(1) != 5000 {
		t.Errorf("%d values up to %d: %d, %d, %d", a.n, a.max, a.quantile(0.25), a.quantile(0.5), a.quantile(1))
	}
	if new(coarse).quantile(0.5) != 0 {
		t.Error("a quantile of nothing")
	}
}

// TestWritersOfOneTimeline sums two writers in each second, and forgets no latency
// while a writer may still add to it.
func TestWritersOfOneTimeline(t *testing.T) {
	tl := NewTimeline()
	if tl.Start() != 0 {
		t.Error("begun")
	}
	a, b := tl.NewWriter(), tl.NewWriter()
	tl.Begin(5 * Step)
	late := tl.NewWriter()
	if tl.Start() != 5*Step {
		t.Error("not begun")
	}
	a.Received(5*Step, 1000)
	a.Arrived(7*Step + 1)
	a.Sent(7*Step+1, 2)
	a.Flush()
	b.Received(5*Step+3, 3000)
	b.Received(6*Step-1, 2000)
	b.Flush()
	late.Received(6*Step, 7000)
	late.Flush()
	got := tl.Windows()
	if len(got) != 3 || got[0].Received != 3 || got[0].Max != 3000 || got[1].Received != 1 || got[1].Max != 7000 || got[2].Received != 1 || got[2].Sent != 2 || got[2].Max != 0 {
		t.Errorf("%+v", got)
	}
	if got[0].P50 < 2000 || got[0].P50 > 2032 {
		t.Errorf("median %d, want 2000", got[0].P50)
	}
}

// TestWindowQuantiles are those of the second.
func TestWindowQuantiles(t *testing.T) {
	tl := NewTimeline()
	l := tl.NewWriter()
	for i := range int64(1000) {
		l.Received(0, (i+1)*1_000_000)
	}
	l.Flush()
	w := tl.Windows()[0]
	for got, want := range map[int64]int64{w.P50: 500_000_000, w.P99: 990_000_000, w.Max: 1_000_000_000} {
		if got < want || float64(got) > 1.016*float64(want) {
			t.Errorf("%d, want %d", got, want)
		}
	}
}
