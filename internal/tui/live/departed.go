package live

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// Reasons why a server that is no longer expected is still shown for a while.
// Only a session with earlier answers knows such servers.
const (
	left      fleet.Reason = "left"      // announced its shutdown and left
	forgotten fleet.Reason = "forgotten" // went without notice, so long ago that its peers no longer count it
)

// How long a server that is no longer expected is shown after its last answer.
const (
	leftFor      = 10 * time.Minute
	forgottenFor = time.Hour
)

// process is one process of a server, as observed in this session.
type process struct {
	id, name, cluster string
	start             time.Time // of the process, by its own clock
	seen              time.Time // its last answer
	back              time.Time // when it was seen to replace an earlier process; zero: it did not
}

// sightings records which servers answered in this session, by cluster and
// name, and which of them announced their shutdown. Only the collector uses it.
type sightings struct {
	last       map[string]*process
	departures fleet.Departures
}

func newSightings() *sightings {
	return &sightings{last: map[string]*process{}, departures: fleet.Departures{}}
}

func sightingKey(cluster, name string) string { return cluster + "/" + name }

// addAnswer records an answer.
func (r *sightings) addAnswer(sv *fleet.Server, now time.Time) *process {
	key := sightingKey(sv.Info.Cluster, sv.Info.Name)
	l := r.last[key]
	if l == nil {
		l = &process{}
		r.last[key] = l
	}
	if l.id != "" && l.id != sv.Info.ID {
		l.back, l.start = now, time.Time{}
	}
	l.id, l.name, l.cluster, l.seen = sv.Info.ID, sv.Info.Name, sv.Info.Cluster, now
	if sv.Statsz != nil {
		l.start = sv.Statsz.Start
	}
	return l
}

// addEvent records that a server announced its shutdown. An event without a
// server id refers to the process that last answered under its name, if that
// process had started by then.
func (r *sightings) addEvent(e fleet.Event) {
	if e.Kind != fleet.EventShutdown {
		return
	}
	id := e.ServerID()
	if l := r.last[sightingKey(e.Cluster, e.Server)]; id == "" && l != nil && !l.start.IsZero() && e.Time.After(l.start) {
		id = l.id
	}
	if id != "" {
		r.departures.End(id, e.Time)
	}
}

// ended reports whether the process that last answered under a name announced
// its shutdown.
func (r *sightings) ended(cluster, name string) bool {
	l := r.last[sightingKey(cluster, name)]
	return l != nil && r.departures[l.id].Ended
}

// dropAnnounced removes servers that announced their shutdown from the missing ones.
// While the other servers still count a killed process, one of these may be
// listed instead of it.
func (r *sightings) dropAnnounced(s *fleet.Snapshot) *fleet.Snapshot {
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

// lastSeen is the time of a server's last answer; zero: never.
func (r *sightings) lastSeen(cluster, name string) time.Time {
	if l := r.last[sightingKey(cluster, name)]; l != nil {
		return l.seen
	}
	return time.Time{}
}

// departed are rows for the servers that answered earlier, no longer answer,
// and are not expected, ordered by cluster and name.
func (r *sightings) departed(snap *fleet.Snapshot) []*ServerRow {
	here := map[string]bool{}
	for _, sv := range snap.Servers {
		here[sightingKey(sv.Info.Cluster, sv.Info.Name)] = true
	}
	unplaced := map[string]bool{} // known by name only, as a hub lists its leaf nodes
	for _, m := range snap.Missing {
		here[sightingKey(m.Cluster, m.Name)], here[m.ID] = true, true
		unplaced[m.Name] = unplaced[m.Name] || m.ID == "" && m.Cluster == ""
	}
	var out []*ServerRow
	r.departures.ForgetOld(snap.Time)
	for key, l := range r.last {
		announced := r.ended(l.cluster, l.name)
		switch {
		case here[key] || here[l.id] || unplaced[l.name]:
			continue
		case announced && Age(snap.Time, l.seen) > leftFor, Age(snap.Time, l.seen) > forgottenFor:
			delete(r.last, key)
			continue
		}
		m := &fleet.Missing{ID: l.id, Name: l.name, Cluster: l.cluster, LastSeen: l.seen, Reason: forgotten}
		if announced {
			m.Reason = left
		}
		out = append(out, departedRow(m, snap.Time))
	}
	slices.SortFunc(out, func(a, b *ServerRow) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// departedRow is the row of a server that is no longer expected. It is not in
// the topology, so its node is created here.
func departedRow(m *fleet.Missing, now time.Time) *ServerRow {
	level := missingLevel(m.Reason)
	return &ServerRow{
		Name: m.Name, ID: m.ID, Cluster: m.Cluster, Missing: m, Now: now, LastSeen: m.LastSeen, Level: level,
		Node: &fleet.Node{
			Key: sightingKey(m.Cluster, m.Name), ID: m.ID, Name: m.Name, Cluster: m.Cluster, Ghost: true, Reason: m.Reason, Level: level,
			Notes: []string{plainWords(m.Reason)},
		},
	}
}

// Departed reports whether the server is no longer expected and shown from
// memory only.
func (r *ServerRow) Departed() bool {
	return r.Missing != nil && (r.Missing.Reason == left || r.Missing.Reason == forgotten)
}

// Sign is the mark of a server that left after an announcement: absent, but not
// an error.
func (r *ServerRow) Sign() string {
	if r.Missing != nil && r.Missing.Reason == left {
		return "○"
	}
	return ""
}

// StatusText is the status, followed by the time since the last answer of a
// server that does not answer, or the time since the restart.
func (r *ServerRow) StatusText() string {
	switch {
	case r.Missing != nil && !r.LastSeen.IsZero():
		return r.Status() + " " + AgeText(Age(r.Now, r.LastSeen))
	case r.Missing == nil && r.restarted() && !r.RestartedAt.IsZero():
		return r.Status() + " " + AgeText(Age(r.Now, r.RestartedAt))
	}
	return r.Status()
}

// unanswered keeps the alert of each server that went without notice: it is not
// resolved when the other servers stop counting it.
func unanswered(rows []*ServerRow) []checks.Finding {
	var out []checks.Finding
	for _, r := range rows {
		if r.Missing == nil || r.Missing.Reason != forgotten {
			continue
		}
		out = append(out, checks.Finding{
			Check: "servers", Level: fleet.Crit, Object: cmp.Or(r.Name, r.ID), Where: r.Cluster,
			About: checks.Subject{Servers: []checks.ServerRef{{ID: r.ID, Name: r.Name, Cluster: r.Cluster}}},
			What:  r.Label() + " has not answered since " + r.LastSeen.UTC().Format("15:04:05Z") + ", and the other servers no longer expect it",
			Why:   "Its clients, subscriptions and replicas are gone with it.",
			Next:  "Start it again; if it is not to come back, `:forget " + r.Label() + "` says so.",
		})
	}
	return out
}

// MissingText describes why a server is missing.
func MissingText(m fleet.Missing) string {
	text := ReasonWords[m.Reason]
	if text == "" {
		text = string(m.Reason)
	}
	if m.Reason == fleet.Behind && m.Via != "" {
		text += ": " + m.Via
	}
	return text
}

// plainWords is the description of a reason, without its mark and name.
func plainWords(r fleet.Reason) string {
	_, words, _ := strings.Cut(ReasonWords[r], ": ")
	return words
}

// ReasonWords describes each reason.
var ReasonWords = map[fleet.Reason]string{
	left:            "○ left: it announced its shutdown",
	forgotten:       "✗ forgotten: it disappeared without notice, and the other servers no longer expect it",
	fleet.Gone:      "✗ gone: dead or cut off; a request to its id is refused at once",
	fleet.Silent:    "◌ silent: connected, but not responding: hung, overloaded or just cut off",
	fleet.Draining:  "▲ draining: in lame duck mode; takes no new clients and answers no more requests",
	fleet.Behind:    "◌ behind a server that does not respond and holds the gateway to its cluster",
	fleet.Late:      "◌ late: no answer within the timeout; its state is unknown",
	fleet.Refused:   "✗ refused: answered with an error",
	fleet.Malformed: "✗ malformed: its answer could not be read",
}
