package checks

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet"
)

// mostFindings is how many findings of one level a check keeps. The others are
// counted in one more finding, so that the memory and the time of what reads
// the findings have a bound, whatever a fleet reports.
const mostFindings = 500

// bounded are the findings of one check, at most [mostFindings] of a level.
type bounded struct {
	kept map[fleet.Level]int // findings in the list, by level
	more map[fleet.Level]int // objects of the findings that are only counted, by level
}

// keep reports whether a finding belongs into the list; it counts it if not.
func (b *bounded) keep(f Finding) bool {
	if b.kept == nil {
		b.kept, b.more = map[fleet.Level]int{}, map[fleet.Level]int{}
	}
	if b.kept[f.Level] == mostFindings {
		b.more[f.Level] += max(f.Count, 1)
		return false
	}
	b.kept[f.Level]++
	return true
}

// rest has one finding for each level of which some were only counted.
func (b *bounded) rest(c *Check) []Finding {
	var out []Finding
	for level, n := range b.more {
		out = append(out, Finding{
			Check: c.Name, Level: level, Object: "others (" + level.String() + ")", Count: n,
			What: fmt.Sprintf("and %d more of this kind", n), Why: c.Why, Next: c.Next,
		})
	}
	return out
}

// Count counts the objects that findings stand for.
func Count(list []Finding) (n int) {
	for _, f := range list {
		n += max(f.Count, 1)
	}
	return n
}
