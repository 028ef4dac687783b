package hist

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// values are latencies over five orders of magnitude.
func values(seed uint64, n int) []int64 {
	rnd := rand.New(rand.NewPCG(seed, 0))
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(1000 * (1 + rnd.ExpFloat64()*float64(int64(1)<<rnd.IntN(18))))
	}
	return out
}

func TestMergeIsTheUnion(t *testing.T) {
	var union, merged Hist
	for k := range uint64(5) {
		var part Hist
		for _, v := range values(k, 20_000) {
			union.Record(v)
			part.Record(v)
		}
		encoded, err := part.Encode()
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(encoded)
		if err != nil {
			t.Fatal(err)
		}
		merged.Merge(back)
	}
	if union.Count() != 100_000 || merged.Count() != union.Count() || merged.Max() != union.Max() || merged.Min() != union.Min() {
		t.Errorf("count %d of %d, max %d of %d", merged.Count(), union.Count(), merged.Max(), union.Max())
	}
	for q := 0.0; q <= 1; q += 0.001 {
		if a, b := union.Quantile(q), merged.Quantile(q); a != b {
			t.Fatalf("quantile %v: %d of the union, %d merged", q, a, b)
		}
	}
	if !slices.Equal(union.Spectrum(5), merged.Spectrum(5)) {
		t.Error("spectra differ")
	}
}

func TestQuantilesAreExactToThreeDigits(t *testing.T) {
	vs := values(9, 50_000)
	var h Hist
	var c coarse
	for _, v := range vs {
		h.Record(v)
		c.record(v)
	}
	slices.Sort(vs)
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 0.999, 1} {
		want := vs[max(int(q*float64(len(vs)))-1, 0)]
		if got := h.Quantile(q); got < want-64 || float64(got-want) > 0.001*float64(want)+64 {
			t.Errorf("quantile %v: %d, want %d", q, got, want)
		}
		if got := c.quantile(q); got < want || float64(got-want) > 0.016*float64(want)+1 {
			t.Errorf("coarse quantile %v: %d, want %d", q, got, want)
		}
	}
}

func TestCoarseIndex(t *testing.T) {
	last := -1
	for i := range buckets {
		v := upper(i)
		if got := index(v); got != i || got <= last {
			t.Fatalf("bucket %d: upper %d is in %d", i, v, got)
		}
		last = i
	}
	if index(1<<60) != buckets-1 {
		t.Error("a huge value is not in the last bucket")
	}
}

func TestEmptyAndOutOfRange(t *testing.T) {
	var h Hist
	if h.Count() != 0 || h.Quantile(0.5) != 0 || h.Max() != 0 || h.Mean() != 0 || h.Min() != 0 || h.Spectrum(5) != nil {
		t.Error("an empty histogram has values")
	}
	if s, err := h.Encode(); s != "" || err != nil {
		t.Errorf("%q, %v", s, err)
	}
	var b strings.Builder
	if err := h.WritePercentiles(&b); err != nil || b.Len() == 0 {
		t.Error(err)
	}
	h.Record(-5)
	h.Record(int64(time.Hour))
	h.RecordN(100, 0)
	if h.Count() != 2 || h.Max() < Max/1000*999 {
		t.Errorf("%d values, max %v", h.Count(), time.Duration(h.Max()))
	}
	if _, err := Decode("HISTnonsense"); err == nil {
		t.Error("nonsense was decoded")
	}
}

func TestTimeline(t *testing.T) {
	tl := NewTimeline()
	a, b := tl.NewWriter(), tl.NewWriter()
	tl.Begin(1000)
	a.Sent(500, 3) // before the start: first window
	for i := range int64(4000) {
		now := 1000 + i*Step/1000
		a.Sent(now, 1)
		if i < 1000 || i >= 3000 {
			b.Received(now, 50_000+i)
		}
	}
	if got := tl.Windows(); len(got) != 3 {
		t.Errorf("%d windows before the flush", len(got))
	}
	a.Flush()
	b.Flush()
	a.Flush()
	got := tl.Windows()
	if len(got) != 4 || got[0].Sent != 1003 || got[1].Sent != 1000 || got[3].Sent != 1000 {
		t.Fatalf("%+v", got)
	}
	if got[0].Received != 1000 || got[1].Received != 0 || got[2].Received != 0 || got[3].Received != 1000 {
		t.Errorf("%+v", got)
	}
	if got[1].P99 != 0 || got[3].P50 < 50_000 || got[3].Max != 53_999 || got[3].Second != 3 {
		t.Errorf("%+v", got[3])
	}
}

func TestTimelineGivesUpOldHistograms(t *testing.T) {
	tl := NewTimeline()
	a, b := tl.NewWriter(), tl.NewWriter()
	for i := range int64(100) {
		a.Received(i*Step, 1000)
		b.Received(i*Step, 2000)
	}
	held := 0
	for _, s := range tl.slots {
		if s.hist != nil {
			held++
		}
	}
	if held > 2 {
		t.Errorf("%d histograms held for 100 s", held)
	}
	if w := tl.Windows()[10]; w.Received != 2 || w.Max != 2000 {
		t.Errorf("%+v", w)
	}
}

func TestNoAllocations(t *testing.T) {
	var h Hist
	l := NewTimeline().NewWriter()
	h.Record(1)
	if n := testing.AllocsPerRun(1000, func() { h.Record(12345); l.Received(5, 12345); l.Sent(5, 1) }); n != 0 {
		t.Errorf("%v allocations per message", n)
	}
}

func BenchmarkRecord(b *testing.B) {
	var h Hist
	l := NewTimeline().NewWriter()
	for b.Loop() {
		h.Record(123456)
		l.Received(5, 123456)
	}
}
