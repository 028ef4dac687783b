package tui

import (
	"cmp"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// Reasons why a server that nobody misses is still shown for a while. Only a
// screen that looked before knows of such servers.
const (
	left      fleet.Reason = "left"      // said that it ends, and ended
	forgotten fleet.Reason = "forgotten" // went without a word, so long ago that the others no longer count it
)

// How long a server that nobody misses is shown after its last answer.
const (
	leftFor      = 10 * time.Minute
	forgottenFor = time.Hour
)

// life is one process of a server, as far as it was seen.
type life struct {
	id, name, cluster string
	start             time.Time // of the process, by its own clock
	seen              time.Time // its last answer
	goodbye           time.Time // when it said that it ends, by its own clock; zero: it did not
	back              time.Time // when it was found to follow an earlier process; zero: it does not
}

// roll is who answered in this session, by cluster and name, and who of them
// said goodbye. Only the collector uses it.
type roll map[string]*life

func rollKey(cluster, name string) string { return cluster + "/" + name }

// answered notes an answer. A goodbye that an earlier process of the same name
// said does not count for this one.
func (r roll) answered(sv *fleet.Server, now time.Time) *life {
	key := rollKey(sv.Info.Cluster, sv.Info.Name)
	l := r[key]
	if l == nil {
		l = &life{}
		r[key] = l
	}
	if l.id != "" && l.id != sv.Info.ID {
		l.back = now
		if sv.Statsz == nil || l.goodbye.Before(sv.Statsz.Start) {
			l.goodbye = time.Time{}
		}
	}
	l.id, l.name, l.cluster, l.seen = sv.Info.ID, sv.Info.Name, sv.Info.Cluster, now
	if sv.Statsz != nil {
		l.start = sv.Statsz.Start
	}
	return l
}

// said notes that a server announced its end.
func (r roll) said(e fleet.Event) {
	if l := r[rollKey(e.Cluster, e.Server)]; l != nil && e.Kind == fleet.EventShutdown {
		l.goodbye = e.Time
	}
}

// ended tells whether the process that answered last under a name said that it
// ends.
func (r roll) ended(cluster, name string) bool {
	l := r[rollKey(cluster, name)]
	return l != nil && !l.goodbye.IsZero() && l.goodbye.After(l.start)
}

// excuse no longer misses servers that ended as they said. While the count of
// the others still holds a process that was killed, one of these may be named
// in its place.
func (r roll) excuse(s *fleet.Snapshot) *fleet.Snapshot {
	out := *s
	out.Missing = slices.DeleteFunc(slices.Clone(s.Missing), func(m fleet.Missing) bool {
		return r.ended(m.Cluster, m.Name) && m.Reason == fleet.Gone
	})
	if n := len(s.Missing) - len(out.Missing); n > 0 {
		out.Expected -= n
		out.Forgotten += n
		return &out
	}
	return s
}

// lastSeen is when a server answered last; zero: never.
func (r roll) lastSeen(cluster, name string) time.Time {
	if l := r[rollKey(cluster, name)]; l != nil {
		return l.seen
	}
	return time.Time{}
}

// departed are rows for the servers that answered, no longer do, and are missed
// by nobody, in the order of cluster and name.
func (r roll) departed(snap *fleet.Snapshot) []*serverRow {
	here := map[string]bool{}
	for _, sv := range snap.Servers {
		here[rollKey(sv.Info.Cluster, sv.Info.Name)] = true
	}
	unplaced := map[string]bool{} // known by name alone, as its hub names a leafnode
	for _, m := range snap.Missing {
		here[rollKey(m.Cluster, m.Name)], here[m.ID] = true, true
		unplaced[m.Name] = unplaced[m.Name] || m.ID == "" && m.Cluster == ""
	}
	var out []*serverRow
	for key, l := range r {
		announced := r.ended(l.cluster, l.name)
		switch {
		case here[key] || here[l.id] || unplaced[l.name]:
			continue
		case announced && age(snap.Time, l.seen) > leftFor, age(snap.Time, l.seen) > forgottenFor:
			delete(r, key)
			continue
		}
		m := &fleet.Missing{ID: l.id, Name: l.name, Cluster: l.cluster, LastSeen: l.seen, Reason: forgotten}
		if announced {
			m.Reason = left
		}
		out = append(out, departedRow(m, snap.Time))
	}
	slices.SortFunc(out, func(a, b *serverRow) int {
		return cmp.Or(cmp.Compare(a.cluster, b.cluster), cmp.Compare(a.name, b.name))
	})
	return out
}

// departedRow is the row of a server that nobody misses. It stands in no
// topology, so its node is made here.
func departedRow(m *fleet.Missing, now time.Time) *serverRow {
	level := ghostLevel(m.Reason)
	return &serverRow{
		name: m.Name, id: m.ID, cluster: m.Cluster, ghost: m, now: now, seen: m.LastSeen, level: level,
		node: &fleet.Node{
			Key: rollKey(m.Cluster, m.Name), ID: m.ID, Name: m.Name, Cluster: m.Cluster, Ghost: true, Reason: m.Reason, Level: level,
			Notes: []string{plainWords(m.Reason)},
		},
	}
}

// departed tells whether nobody misses the server: it is only remembered.
func (r *serverRow) departed() bool {
	return r.ghost != nil && (r.ghost.Reason == left || r.ghost.Reason == forgotten)
}

// sign marks a server that left as it said: it is not there, and nothing is
// wrong.
func (r *serverRow) sign() string {
	if r.ghost != nil && r.ghost.Reason == left {
		return "○"
	}
	return ""
}

// statusText is the status; of a server that does not answer with how long ago
// it did, of one that restarted with how long ago that was.
func (r *serverRow) statusText() string {
	switch {
	case r.ghost != nil && !r.seen.IsZero():
		return r.status() + " " + ageText(age(r.now, r.seen))
	case r.ghost == nil && r.restarted() && !r.back.IsZero():
		return r.status() + " " + ageText(age(r.now, r.back))
	}
	return r.status()
}

// unanswered keeps the alert of each server that went without a word: that the
// others stop counting it mends nothing.
func unanswered(rows []*serverRow) []checks.Finding {
	var out []checks.Finding
	for _, r := range rows {
		if r.ghost == nil || r.ghost.Reason != forgotten {
			continue
		}
		out = append(out, checks.Finding{
			Check: "servers", Level: fleet.Crit, Object: cmp.Or(r.name, r.id), Where: r.cluster,
			What: r.label() + " has not answered since " + r.seen.UTC().Format("15:04:05Z") + ", and the other servers no longer count it",
			Why:  "It took its clients, its subscriptions and its replicas with it.",
			Next: "Start it again; if it is not to come back, `:forget " + r.label() + "` says so.",
		})
	}
	return out
}

// welcome no longer hides servers that answer again: when they go once more,
// that is news.
func (m *Model) welcome() {
	for _, r := range m.st.Servers {
		if r.ghost == nil {
			delete(m.hidden, r.key())
		}
	}
}
