package pace

import (
	"slices"
	"testing"
)

func reportPercentiles(b *testing.B, lags []int64) {
	b.Helper()
	slices.Sort(lags)
	for _, p := range []struct {
		name string
		q    float64
	}{{"p50-us", 0.5}, {"p99-us", 0.99}} {
		b.ReportMetric(float64(lags[int(p.q*float64(len(lags)-1))])/1e3, p.name)
	}
}
