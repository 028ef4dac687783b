package checks

import (
	"fmt"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
)

// flood is a check with n findings of each of these levels.
func flood(n int, levels ...fleet.Level) *Check {
	return &Check{Name: "flood", Why: "why", Next: "next", find: func(c *checkup) {
		for _, level := range levels {
			for i := range n {
				c.add(Finding{Level: level, Object: fmt.Sprint(level, i), What: "is wrong"})
			}
		}
	}}
}

// A fleet decides how many findings there are. The list has a bound, nothing is
// lost from the count, and no level is crowded out by another.
func TestFindingsAreBounded(t *testing.T) {
	for _, tc := range []struct {
		name         string
		n            int
		levels       []fleet.Level
		listed, rest int
	}{
		{"none", 0, []fleet.Level{fleet.Crit}, 0, 0},
		{"as many as are kept", mostFindings, []fleet.Level{fleet.Warn}, mostFindings, 0},
		{"one more", mostFindings + 1, []fleet.Level{fleet.Warn}, mostFindings, 1},
		{"500,000", 500_000, []fleet.Level{fleet.Crit}, mostFindings, 1},
		{"the worst come last", 20_000, []fleet.Level{fleet.Info, fleet.Warn, fleet.Crit}, 3 * mostFindings, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := flood(tc.n, tc.levels...).run(healthy())
			if len(got.Findings) != tc.listed+tc.rest {
				t.Fatalf("%d findings are listed, want %d and %d that count the others", len(got.Findings), tc.listed, tc.rest)
			}
			total := map[fleet.Level]int{}
			for i, f := range got.Findings {
				total[f.Level] += max(f.Count, 1)
				if i > 0 && f.Level.Compare(got.Findings[i-1].Level) > 0 {
					t.Errorf("finding %d is %s after %s", i, f.Level, got.Findings[i-1].Level)
				}
			}
			if n := Count(got.Findings); n != tc.n*len(tc.levels) {
				t.Errorf("the findings stand for %d objects, want %d", n, tc.n*len(tc.levels))
			}
			for _, level := range tc.levels {
				if total[level] != tc.n {
					t.Errorf("the findings stand for %d of %s, want %d", total[level], level, tc.n)
				}
			}
			if tc.n > mostFindings {
				last := got.Findings[len(got.Findings)-1]
				if want := fmt.Sprintf("and %d more of this kind", tc.n-mostFindings); last.What != want || last.Check != "flood" || last.Why != "why" || last.Next != "next" {
					t.Errorf("the last finding is %+v, want %q", last, want)
				}
			}
		})
	}
}
