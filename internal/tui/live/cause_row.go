package live

import (
	"cmp"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet/cause"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// CauseRow is one cause with the alerts of its findings.
type CauseRow struct {
	cause.Cause
	Since  time.Time   // when the first of the alerts that show it began
	Alerts []*AlertRow // one for each finding, in their order
}

// causesOf folds the firing alerts under their causes, and marks each with its
// own. The order of the causes is the order of the alerts.
func causesOf(in checks.Input, rows []*AlertRow) []*CauseRow {
	byKey := map[string]*AlertRow{}
	var found []checks.Finding
	for _, r := range rows {
		if r.State == Firing {
			byKey[r.Key] = r
			found = append(found, r.finding)
		}
	}
	place := map[string]int{} // of a check in the table: findings are in its order, as in the command check
	for i, c := range checks.All() {
		place[c.Name] = i
	}
	slices.SortStableFunc(found, func(a, b checks.Finding) int { return cmp.Compare(place[a.Check], place[b.Check]) })
	return causeRows(cause.Fold(in, found), byKey)
}

// causeRows joins causes with the alerts of their findings.
func causeRows(causes []cause.Cause, byKey map[string]*AlertRow) []*CauseRow {
	var out []*CauseRow
	place := 0
	for _, c := range causes {
		row := &CauseRow{Cause: c}
		for i, f := range c.Findings {
			a := byKey[alertKey(f)]
			place++
			a.Cause, a.place = c.Object, place
			a.Follows = i >= c.Own
			row.Alerts = append(row.Alerts, a)
			if !a.Follows && (row.Since.IsZero() || a.Since.Before(row.Since)) {
				row.Since = a.Since
			}
		}
		out = append(out, row)
	}
	return out
}

// firing reports whether an alert that shows the cause fires: it is not known to
// the user yet.
func (r *CauseRow) firing(shown map[string]AlertState) bool {
	for i, a := range r.Alerts {
		state, listed := shown[a.Key]
		if i < r.Own && listed && state == Firing {
			return true
		}
	}
	return false
}
