package gather

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestCount believes the largest claim, within reason.
func TestCount(t *testing.T) {
	for _, tc := range []struct {
		claims   []int
		want     int
		outliers int
	}{
		{nil, 0, 0},
		{[]int{0, -3}, 0, 0},
		{[]int{1}, 1, 0},
		{[]int{3, 3, 3}, 3, 0},
		{[]int{1, 3, 2}, 3, 0},
		{[]int{5000, 3}, 5000, 0},       // one against one
		{[]int{5000, 3, 3}, 3, 1},       // one against two
		{[]int{14, 3, 3}, 14, 0},        // twice and eight
		{[]int{15, 3, 3}, 3, 1},         // one more
		{[]int{900, 900, 3, 3}, 900, 0}, // a half
		{[]int{900, 900, 3, 3, 3, 3}, 3, 2},
		{[]int{900, 700, 3, 3, 3, 3}, 3, 2}, // two that do not agree with each other
		{[]int{20_000, 3}, 20_000, 0},
		{[]int{20_001, 3}, 3, 1},
		{[]int{2_000_000_000, 2_000_000_000}, 0, 2},
		{[]int{9, 1, 1, 1, 1, 1, 1}, 9, 0}, // the others have just started
	} {
		var c count
		for i, n := range tc.claims {
			c.add(fmt.Sprint("n", i), n)
		}
		if got := c.expected(); got != tc.want || len(c.outliers()) != tc.outliers {
			t.Errorf("%v: %d, want %d; outliers %v", tc.claims, got, tc.want, c.outliers())
		}
	}
}

// TestCountOrder: the order of the answers does not matter, nor do repetitions,
// and nobody is expected beyond the largest claim.
func TestCountOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claims := rapid.SliceOfN(rapid.IntRange(-1, 40), 1, 12).Draw(t, "claims")
		order := rapid.Permutation(claims).Draw(t, "order")
		var a, b count
		for i, n := range claims {
			a.add(fmt.Sprint("a", i), n)
		}
		for i, n := range order {
			b.add(fmt.Sprint("b", i), 39)
			b.add(fmt.Sprint("b", i), n)
		}
		if slices.Contains(claims, -1) || slices.Contains(claims, 0) {
			return // no claim leaves the one before
		}
		if a.expected() != b.expected() || a.expected() > slices.Max(claims) || len(a.outliers()) != len(b.outliers()) {
			t.Errorf("%v: %d and %d", claims, a.expected(), b.expected())
		}
	})
}
