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

// alertBook follows the findings of the checks over time: since when, how
// often, until when. Only the collector uses it.
type alertBook struct {
	rows map[string]*AlertRow
}

// keepResolved is how many resolved alerts are remembered.
const keepResolved = 200

func newAlertBook() *alertBook { return &alertBook{rows: map[string]*AlertRow{}} }

// update runs the checks over the newest answers and returns every alert of this
// session, and the checks that could not look. More are findings that only
// memory makes. An alert whose check could not
// look this time stays as it is.
func (b *alertBook) update(a answers, delta *fleet.Delta, top *fleet.Topology, more ...checks.Finding) ([]*AlertRow, []string) {
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
	b.forget()
	return b.list(now), skipped
}

// checksFor are the checks that the answers can satisfy: those of streams need
// every replica's word, which only some pages ask for.
func checksFor(s *fleet.Snapshot) []*checks.Check {
	return slices.DeleteFunc(checks.All(), func(c *checks.Check) bool {
		if s.Own != nil && (!c.Asset || c.Rates || slices.ContainsFunc(c.Needs, func(k fleet.Kind) bool { return k != fleet.Jsz })) {
			return true // what servers say of themselves is not there to be judged
		}
		return c.Asset && !s.Want.JS.AllReplicas
	})
}

// fire takes a finding: a new alert, one that goes on, or one that is back.
func (b *alertBook) fire(f checks.Finding, now time.Time) *AlertRow {
	key := f.Check + "|" + f.Where + "|" + f.Object
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
	row.Object, row.Where = f.Object, f.Where
	row.Polls++
	return row
}

// objectOf names what is concerned and where.
func objectOf(f checks.Finding) string {
	if f.Where == "" || f.Where == f.Object || strings.Contains(f.Object, f.Where) {
		return f.Object
	}
	return f.Object + " on " + f.Where
}

// measured renders value and limit of a finding by its unit.
func measured(f checks.Finding) (value, limit string) {
	unit, known := units[f.Unit]
	if !known || f.Unit == "" {
		return "", ""
	}
	return Compact(unit.Format(f.Value)), Compact(unit.Format(f.Limit))
}

// units are the units of findings.
var units = map[string]view.Unit{"percent": view.Percent, "bytes": view.Bytes, "seconds": view.Seconds, "count": view.Count, "days": view.Count}

// forget drops the oldest resolved alerts over the limit.
func (b *alertBook) forget() {
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

// list copies the alerts for the screen, in a fixed order.
func (b *alertBook) list(now time.Time) []*AlertRow {
	out := make([]*AlertRow, 0, len(b.rows))
	for _, key := range slices.Sorted(maps.Keys(b.rows)) {
		r := *b.rows[key]
		r.Now = now
		out = append(out, &r)
	}
	slices.SortStableFunc(out, func(x, y *AlertRow) int {
		return cmp.Or(cmp.Compare(x.State, y.State), y.Level.Compare(x.Level), y.Since.Compare(x.Since))
	})
	return out
}
