package live

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/view"
)

// alertStore tracks the findings of the checks over time: first seen, count and
// resolution. Only the collector uses it.
type alertStore struct {
	rows map[string]*AlertRow
}

// keepResolved is the maximum number of resolved alerts kept.
const keepResolved = 200

func newAlertStore() *alertStore { return &alertStore{rows: map[string]*AlertRow{}} }

// update runs the checks on the newest answers and returns every alert of this
// session, and the checks that were skipped. More holds findings that depend on
// earlier answers. An alert whose check was skipped does not change.
func (b *alertStore) update(a answers, delta *fleet.Delta, top *fleet.Topology, more ...checks.Finding) (alertList, []string) {
	now := a.now.Time
	seen, looked := map[string]bool{}, map[string]bool{}
	var skipped []string
	in := checks.Input{Snapshot: a.now, Before: a.before, Delta: delta, Topology: top, Live: true}
	for _, r := range checks.Run(in, checksFor(a.now)) {
		if r.Skipped != "" {
			skipped = append(skipped, r.Name+": "+r.Skipped)
			continue
		}
		looked[r.Name] = true
		for _, f := range r.Findings {
			if !f.Level.Urgent() {
				continue
			}
			row := b.fire(f, now)
			seen[row.Key] = true
		}
	}
	for _, f := range more {
		seen[b.fire(f, now).Key] = true
	}
	for key, row := range b.rows {
		if row.State == Firing && !seen[key] && looked[row.Check] {
			row.State, row.until = Resolved, now
		}
	}
	b.dropOldest()
	return b.list(now, in), skipped
}

// alertList is the alerts of this session, the cause to look at first before
// all, and the causes of those that fire.
type alertList struct {
	rows   []*AlertRow
	causes []*CauseRow
}

// fire records a finding: a new alert, an ongoing one, or one that fires again.
func (b *alertStore) fire(f checks.Finding, now time.Time) *AlertRow {
	key := alertKey(f)
	row := b.rows[key]
	if row == nil {
		row = &AlertRow{Key: key, Check: f.Check, Since: now}
		b.rows[key] = row
	}
	if row.State == Resolved {
		row.State, row.Since, row.Flaps = Firing, now, row.Flaps+1
	}
	row.Level, row.Title, row.What = f.Level, objectOf(f), f.What
	row.Impact, row.Next = f.Why, f.Next
	row.value, row.limit = measured(f)
	row.Object, row.Where, row.About, row.finding = f.Object, f.Where, f.About, f
	row.Polls++
	return row
}

// objectOf names the affected object and its location.
func objectOf(f checks.Finding) string {
	if f.Where == "" || f.Where == f.Object || strings.Contains(f.Object, f.Where) {
		return f.Object
	}
	return f.Object + " on " + f.Where
}

// measured formats value and limit of a finding in its unit.
func measured(f checks.Finding) (value, limit string) {
	unit, known := units[f.Unit]
	if !known || f.Unit == "" {
		return "", ""
	}
	return Compact(unit.Format(f.Value)), Compact(unit.Format(f.Limit))
}

// units are the units of findings.
var units = map[string]view.Unit{"percent": view.Percent, "bytes": view.Bytes, "seconds": view.Seconds, "count": view.Count, "days": view.Count}

// dropOldest drops the oldest resolved alerts beyond the limit.
func (b *alertStore) dropOldest() {
	var old []*AlertRow
	for _, r := range b.rows {
		if r.State == Resolved {
			old = append(old, r)
		}
	}
	if len(old) <= keepResolved {
		return
	}
	slices.SortFunc(old, func(x, y *AlertRow) int { return x.until.Compare(y.until) })
	for _, r := range old[:len(old)-keepResolved] {
		delete(b.rows, r.Key)
	}
}

// list copies the alerts for the screen: those that fire in the order of their
// causes, then those that are over, latest first.
func (b *alertStore) list(now time.Time, in checks.Input) alertList {
	out := make([]*AlertRow, 0, len(b.rows))
	for _, key := range slices.Sorted(maps.Keys(b.rows)) {
		r := *b.rows[key]
		r.Now = now
		out = append(out, &r)
	}
	causes := causesOf(in, out)
	slices.SortStableFunc(out, func(x, y *AlertRow) int {
		return cmp.Or(cmp.Compare(x.State, y.State), cmp.Compare(x.place, y.place), y.Level.Compare(x.Level), y.Since.Compare(x.Since))
	})
	return alertList{out, causes}
}
