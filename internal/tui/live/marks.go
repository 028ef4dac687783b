package live

import (
	"maps"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Marks are the user's marks in this session: which alerts are acknowledged or
// muted, and which missing servers are hidden. They are not safe for concurrent
// use.
type Marks struct {
	seen   map[string]alertMark // by the key of the alert
	Hidden map[string]bool      // by the key of the server

	before map[string]alertMark // the marks before the last change, for Undo; nil: none

	of     *State // whose alerts are in marked
	at     uint64 // its Seq
	marked []*AlertRow
	crit   int // firing ones in marked
	warn   int // the same
}

// alertMark is the user's mark on an alert.
type alertMark struct {
	state AlertState
	at    time.Time
	until time.Time // of a mute
}

// NewMarks returns empty marks.
func NewMarks() *Marks {
	return &Marks{seen: map[string]alertMark{}, Hidden: map[string]bool{}}
}

// Acknowledge acknowledges an alert, or removes its mark; it returns whether the
// alert is acknowledged now.
func (k *Marks) Acknowledge(key string, now time.Time) bool {
	k.keep()
	if k.seen[key].state == Acknowledged {
		delete(k.seen, key)
		return false
	}
	k.seen[key] = alertMark{state: Acknowledged, at: now}
	return true
}

// Mute mutes an alert for a while; zero removes its mark.
func (k *Marks) Mute(key string, now time.Time, d time.Duration) {
	k.keep()
	if d == 0 {
		delete(k.seen, key)
		return
	}
	k.seen[key] = alertMark{state: Muted, at: now, until: now.Add(d)}
}

// keep remembers the marks before a change.
func (k *Marks) keep() { k.marked, k.before = nil, maps.Clone(k.seen) }

// Undo takes back the last change of the marks; false if there is none.
func (k *Marks) Undo() bool {
	if k.before == nil {
		return false
	}
	k.seen, k.before, k.marked = k.before, nil, nil
	return true
}

// AcknowledgeAll acknowledges every firing alert and returns their number.
func (k *Marks) AcknowledgeAll(st *State) (n int) {
	rows := k.Alerts(st)
	k.keep()
	for _, a := range rows {
		if a.State == Firing {
			k.seen[a.Key] = alertMark{state: Acknowledged, at: st.Now}
			n++
		}
	}
	return n
}

// Alerts are the alerts of a state with the user's marks; nil has none.
func (k *Marks) Alerts(st *State) []*AlertRow {
	if st == nil {
		return nil
	}
	if k.of == st && k.at == st.Seq && k.marked != nil {
		return k.marked
	}
	out := make([]*AlertRow, 0, len(st.Alerts))
	for _, a := range st.Alerts {
		if a.Check == "servers" && k.Hides(a.Where+"/"+a.Object) {
			continue // already known to the user
		}
		mark, marked := k.seen[a.Key]
		if marked && mark.state == Muted && !st.Now.Before(mark.until) {
			marked = false
		}
		if marked && a.State == Firing {
			c := *a
			c.State = mark.state
			c.Note = mark.at.UTC().Format("15:04:05Z")
			if mark.state == Muted {
				c.Note = "until " + mark.until.UTC().Format("15:04:05Z")
			}
			a = &c
		}
		out = append(out, a)
	}
	k.of, k.at, k.marked, k.crit, k.warn = st, st.Seq, out, 0, 0
	for _, a := range out {
		switch {
		case a.State != Firing:
		case a.Level == fleet.Crit:
			k.crit++
		case a.Level.Urgent():
			k.warn++
		}
	}
	return out
}

// Firing counts the firing alerts that are not acknowledged or muted.
func (k *Marks) Firing(st *State) (crit, warn int) {
	if st == nil {
		return 0, 0
	}
	k.Alerts(st)
	return k.crit, k.warn
}

// Hide hides a missing server, by its key, until it answers.
func (k *Marks) Hide(key string) {
	k.Hidden[key] = true
	k.marked = nil
}

// Hides reports whether a missing server is hidden.
func (k *Marks) Hides(key string) bool { return k.Hidden[key] }

// Update unhides servers that answer again, so that they are shown when they go
// missing once more.
func (k *Marks) Update(st *State) {
	for _, r := range st.Servers {
		if r.Missing == nil {
			delete(k.Hidden, r.Key())
			k.marked = nil
		}
	}
}

// Causes are the causes of a state that are not acknowledged, muted or hidden.
func (k *Marks) Causes(st *State) []*CauseRow {
	if st == nil || len(st.Causes) == 0 {
		return nil
	}
	shown := map[string]AlertState{}
	for _, a := range k.Alerts(st) {
		shown[a.Key] = a.State
	}
	return Filter(st.Causes, func(r *CauseRow) bool { return r.firing(shown) && r.Level.Compare(fleet.Info) > 0 })
}
