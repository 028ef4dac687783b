// Package hist keeps the latencies of a run: full-range histograms that merge
// exactly and a time line of one-second windows. It owns the geometry of the
// histograms and their encodings; it must not know messages.
//
// All values are nanoseconds. Memory depends on the range of the values and on
// the length of the run in seconds, never on the number of messages.
package hist

import (
	"fmt"
	"io"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Geometry of all histograms: from 64 ns to ten minutes, with three significant
// digits. Histograms of equal geometry merge without error.
const (
	lowest = 100
	// Max is the largest value; larger ones are recorded as this one.
	Max    = int64(10 * time.Minute)
	digits = 3
)

// Hist is an HDR histogram of nanoseconds. The zero value is empty and takes
// no memory until the first value. It is not safe for concurrent use.
type Hist struct {
	h *hdrhistogram.Histogram
	// The last value and how often it was repeated, not yet in h: messages that were
	// sent and read together have equal latencies.
	last, row int64
}

// Record adds one value; negative ones count as 0.
func (h *Hist) Record(ns int64) {
	if ns == h.last && h.row > 0 {
		h.row++
		return
	}
	h.flush()
	h.last, h.row = ns, 1
}

// RecordN adds a value n times.
func (h *Hist) RecordN(ns, n int64) {
	if n > 0 {
		h.flush()
		h.last, h.row = ns, n
	}
}

// flush puts the last value into the histogram.
func (h *Hist) flush() {
	if h.row == 0 {
		return
	}
	if h.h == nil {
		h.h = hdrhistogram.New(lowest, Max, digits)
	}
	// A value within the range is never rejected.
	_ = h.h.RecordValues(min(max(h.last, 0), Max), h.row)
	h.row = 0
}

// Merge adds all values of o; the result is the histogram of the union.
func (h *Hist) Merge(o *Hist) {
	o.flush()
	if o.h == nil {
		return
	}
	h.flush()
	if h.h == nil {
		h.h = hdrhistogram.New(lowest, Max, digits)
	}
	h.h.Merge(o.h)
}

// Count is the number of values.
func (h *Hist) Count() int64 {
	h.flush()
	if h.h == nil {
		return 0
	}
	return h.h.TotalCount()
}

// Quantile is the value that a share q (0..1) of all values does not exceed,
// to three digits; 0 when there are none.
func (h *Hist) Quantile(q float64) int64 {
	if h.Count() == 0 {
		return 0
	}
	return h.h.ValueAtPercentile(q * 100)
}

// Max is the largest value, to three digits; 0 when there are none.
func (h *Hist) Max() int64 {
	if h.Count() == 0 {
		return 0
	}
	return h.h.Max()
}

// Min is the smallest value, to three digits; 0 when there are none.
func (h *Hist) Min() int64 {
	if h.Count() == 0 {
		return 0
	}
	return h.h.Min()
}

// Mean is the mean of the values; 0 when there are none.
func (h *Hist) Mean() float64 {
	if h.Count() == 0 {
		return 0
	}
	return h.h.Mean()
}

// Point is one step of the percentile spectrum.
type Point struct {
	Quantile float64 // 0..1
	Value    int64   // ns
	Count    int64   // values up to here
}

// Spectrum is the distribution as points that get denser towards quantile 1,
// steps per halving of the rest.
func (h *Hist) Spectrum(steps int) []Point {
	if h.Count() == 0 {
		return nil
	}
	var out []Point
	for _, b := range h.h.CumulativeDistributionWithTicks(int32(steps)) {
		out = append(out, Point{Quantile: b.Quantile / 100, Value: b.ValueAt, Count: b.Count})
	}
	return out
}

// Encode returns the histogram in HdrHistogram's V2 compressed encoding, base64,
// which all HdrHistogram tools read; an empty one gives "".
func (h *Hist) Encode() (string, error) {
	if h.Count() == 0 {
		return "", nil
	}
	b, err := h.h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return "", fmt.Errorf("encode histogram: %w", err)
	}
	return string(b), nil
}

// Decode reads what [Hist.Encode] wrote. A histogram of another geometry is an
// error, since merging it would lose values.
func Decode(s string) (*Hist, error) {
	if s == "" {
		return &Hist{}, nil
	}
	h, err := hdrhistogram.Decode([]byte(s))
	if err != nil {
		return nil, fmt.Errorf("decode histogram: %w", err)
	}
	if h.LowestTrackableValue() != lowest || h.HighestTrackableValue() != Max || h.SignificantFigures() != digits {
		return nil, fmt.Errorf("decode histogram: values from %d to %d at %d digits, want %d to %d at %d",
			h.LowestTrackableValue(), h.HighestTrackableValue(), h.SignificantFigures(), lowest, Max, digits)
	}
	return &Hist{h: h}, nil
}

// WritePercentiles writes the distribution in the .hgrm text format, values in
// milliseconds, as HdrHistogram's plotter reads it.
func (h *Hist) WritePercentiles(w io.Writer) error {
	h.flush()
	o := h.h
	if o == nil {
		o = hdrhistogram.New(lowest, Max, digits)
	}
	if _, err := o.PercentilesPrint(w, 5, 1e6); err != nil {
		return fmt.Errorf("write percentiles: %w", err)
	}
	return nil
}
