// Package stats compares two small samples of runs without assuming a
// distribution. It owns the arithmetic; it knows no benchmark.
//
// All random choices are seeded, so the same data give the same answer.
package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Median is the middle of xs, which must not be empty.
func Median(xs []float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	n := len(s)
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

// Mean is the average of xs; 0 of none.
func Mean(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// SD is the sample standard deviation; 0 of fewer than two.
func SD(xs []float64) float64 {
	if len(xs) < 2 {
		return 0
	}
	m, sum := Mean(xs), 0.0
	for _, x := range xs {
		sum += (x - m) * (x - m)
	}
	return math.Sqrt(sum / float64(len(xs)-1))
}

// CV is the coefficient of variation: standard deviation over mean.
func CV(xs []float64) float64 {
	if m := Mean(xs); m != 0 {
		return SD(xs) / math.Abs(m)
	}
	return 0
}

// ranks returns the sum of the ranks of xs in xs and ys together, ties sharing
// their mean rank, doubled so that it is whole; and all doubled ranks.
func ranks(xs, ys []float64) (sum int, all []int) {
	type obs struct {
		v     float64
		first bool
	}
	var os []obs
	for _, x := range xs {
		os = append(os, obs{x, true})
	}
	for _, y := range ys {
		os = append(os, obs{y, false})
	}
	slices.SortFunc(os, func(a, b obs) int {
		switch {
		case a.v < b.v:
			return -1
		case a.v > b.v:
			return 1
		}
		return 0
	})
	for i := 0; i < len(os); {
		j := i
		for j < len(os) && os[j].v == os[i].v {
			j++
		}
		rank := i + j + 1 // twice the mean of i+1..j
		for ; i < j; i++ {
			all = append(all, rank)
			if os[i].first {
				sum += rank
			}
		}
	}
	return sum, all
}

// MannWhitney is the two-sided p-value of the hypothesis that xs and ys come
// from the same distribution: the exact permutation distribution of the rank
// sum, also with ties. It is 1 if either is empty.
func MannWhitney(xs, ys []float64) float64 {
	n, m := len(xs), len(ys)
	if n == 0 || m == 0 {
		return 1
	}
	sum, all := ranks(xs, ys)
	return tails(choices(all, n), sum, n*(n+m+1))
}

// choices counts, for each sum, the choices of n of the ranks that have it.
func choices(ranks []int, n int) []float64 {
	most := 0
	for _, r := range ranks {
		most += r
	}
	// ways[k][s]: choices of k observations with rank sum s, by the usual
	// recurrence over the observations.
	ways := make([][]float64, n+1)
	for k := range ways {
		ways[k] = make([]float64, most+1)
	}
	ways[0][0] = 1
	for i, r := range ranks {
		for k := min(i+1, n); k >= 1; k-- {
			for s := most; s >= r; s-- {
				ways[k][s] += ways[k-1][s-r]
			}
		}
	}
	return ways[n]
}

// tails is the share of the rank sums that are at least as far from the mean
// as sum is.
func tails(ways []float64, sum, mean int) float64 {
	far, total, extreme := abs(sum-mean), 0.0, 0.0
	for s, w := range ways {
		total += w
		if abs(s-mean) >= far {
			extreme += w
		}
	}
	return extreme / total
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}

// HodgesLehmann is the shift between the samples as a ratio: the median of all
// ys/xs. Values must be positive; it is NaN otherwise.
func HodgesLehmann(xs, ys []float64) float64 {
	var rs []float64
	for _, x := range xs {
		for _, y := range ys {
			if x <= 0 || y <= 0 {
				return math.NaN()
			}
			rs = append(rs, y/x)
		}
	}
	if len(rs) == 0 {
		return math.NaN()
	}
	return Median(rs)
}

const resamples = 2000

// RatioInterval is a confidence interval of [HodgesLehmann] at a level such as
// 0.95: the ratios at which the test of [MannWhitney] would not be significant.
// So it excludes 1 exactly if that test is, at 1 - level. ok is false if so few
// values have none, or if the ratio is not defined.
func RatioInterval(xs, ys []float64, level float64) (lo, hi float64, ok bool) {
	var rs []float64
	for _, x := range xs {
		for _, y := range ys {
			if x <= 0 || y <= 0 {
				return 0, 0, false
			}
			rs = append(rs, y/x)
		}
	}
	skip := beyond(len(xs), len(ys), (1-level)/2)
	if skip < 0 {
		return 0, 0, false
	}
	slices.Sort(rs)
	return rs[skip], rs[len(rs)-1-skip], true
}

// beyond is the largest statistic U of Mann and Whitney whose lower tail, without
// ties, is no more likely than tail; -1 if none is.
func beyond(n, m int, tail float64) int {
	if n == 0 || m == 0 {
		return -1
	}
	var ranked []int // doubled, as those of ranks
	for i := range n + m {
		ranked = append(ranked, 2*(i+1))
	}
	ways, total := choices(ranked, n), 0.0
	for _, w := range ways {
		total += w
	}
	u, sum := -1, 0.0
	for s := n * (n + 1); s < len(ways); s += 2 { // the least rank sum, doubled, is U = 0
		if sum += ways[s]; sum > tail*total {
			break
		}
		u++
	}
	return u
}

// BootstrapMedian is a 95 % confidence interval of the median.
func BootstrapMedian(xs []float64) (lo, hi float64) {
	rnd := rand.New(rand.NewPCG(3, 4))
	return percentiles(func() float64 { return Median(resample(rnd, xs)) })
}

func percentiles(draw func() float64) (lo, hi float64) {
	vs := make([]float64, resamples)
	for i := range vs {
		vs[i] = draw()
	}
	slices.Sort(vs)
	return vs[resamples*25/1000], vs[resamples*975/1000]
}

func resample(rnd *rand.Rand, xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i := range out {
		out[i] = xs[rnd.IntN(len(xs))]
	}
	return out
}

// Holm adjusts p-values for having tested several hypotheses.
func Holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case ps[a] < ps[b]:
			return -1
		case ps[a] > ps[b]:
			return 1
		}
		return 0
	})
	out, worst := make([]float64, len(ps)), 0.0
	for k, i := range order {
		worst = max(worst, min(1, ps[i]*float64(len(ps)-k)))
		out[i] = worst
	}
	return out
}

// MinRuns is how many runs on each side one rank test needs at least: with
// fewer, no outcome of it is significant at 1 %. Several tests need more, see
// [Enough].
const MinRuns = 5

// Enough reports whether the most extreme outcome of n runs against m would be
// significant at alpha, corrected for so many tests.
func Enough(n, m, tests int, alpha float64) bool {
	ways := 1.0 // choices of n out of n + m
	for i := range n {
		ways *= float64(m+i+1) / float64(i+1)
	}
	return n > 0 && m > 0 && 2/ways*float64(tests) < alpha
}

// MDE is the smallest relative change that a comparison of n runs against n, as
// noisy as xs, finds four times out of five at a significance of alpha, when it
// makes so many tests. It is 0 if that cannot be said: where no outcome of so
// few runs can be significant.
func MDE(xs []float64, n, tests int, alpha float64) float64 {
	sd := LogSD(xs)
	if math.IsNaN(sd) || !Enough(n, n, tests, alpha) {
		return 0
	}
	// A rank test needs 1/0.955 times the runs of a t-test; so few runs know their own
	// deviation poorly, and a rank test of them has few outcomes (constants by simulation).
	z := quantile(1-alpha/float64(2*tests)) + quantile(power)
	df := float64(n - 1)
	small := 1 + smallSample/df + fewOutcomes/(df*df*df*df)
	return math.Exp(z*small*sd*math.Sqrt(2/(float64(n)*efficiency))) - 1
}

const (
	power       = 0.8
	efficiency  = 0.955
	smallSample = 1.8
	fewOutcomes = 140
)

// LogSD is the standard deviation of the logarithms of xs: for small values, that
// of xs relative to their mean. It is NaN of fewer than two, or if one is not positive.
func LogSD(xs []float64) float64 {
	logs := make([]float64, len(xs))
	for i, x := range xs {
		if x <= 0 {
			return math.NaN()
		}
		logs[i] = math.Log(x)
	}
	if len(xs) < 2 {
		return math.NaN()
	}
	return SD(logs)
}

// RunsFor is how many runs on each side a comparison needs so that, without a change, its 95%
// interval stays within a relative change of limit four times out of five.
func RunsFor(sd, limit float64) int {
	reach := math.Abs(math.Log1p(limit))
	if reach == 0 || math.IsInf(reach, 0) || math.IsNaN(sd) {
		return 0
	}
	z := (quantile(0.975) + quantile(power)) * sd / reach
	return max(int(math.Ceil(2*z*z/efficiency)), MinRuns)
}

// quantile is that of the standard normal distribution.
func quantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
