package result

import "github.com/natsctl/natsctl/internal/bench/hist"

// NewDistribution returns the figures of a histogram; nil if it is empty.
func NewDistribution(h *hist.Hist) *Distribution {
	if h.Count() == 0 {
		return nil
	}
	us := func(ns int64) float64 { return float64(ns) / 1e3 }
	d := &Distribution{
		N: h.Count(), Min: us(h.Min()), Mean: h.Mean() / 1e3,
		P50: us(h.Quantile(0.5)), P90: us(h.Quantile(0.9)), P99: us(h.Quantile(0.99)),
		P999: us(h.Quantile(0.999)), P9999: us(h.Quantile(0.9999)), Max: us(h.Max()),
	}
	if s, err := h.Encode(); err == nil {
		d.HDR = s
	}
	return d
}

// Hist is the distribution's whole histogram, in nanoseconds.
func (d *Distribution) Hist() (*hist.Hist, error) {
	if d == nil {
		return &hist.Hist{}, nil
	}
	return hist.Decode(d.HDR)
}

// NewIntervals returns the seconds of a time line.
func NewIntervals(ws []hist.Window) []Interval {
	out := make([]Interval, 0, len(ws))
	for _, w := range ws {
		out = append(out, Interval{
			T: w.Second, Sent: w.Sent, Received: w.Received,
			P50: float64(w.P50) / 1e3, P99: float64(w.P99) / 1e3, Max: float64(w.Max) / 1e3,
		})
	}
	return out
}
