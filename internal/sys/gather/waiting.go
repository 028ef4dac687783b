package gather

import "github.com/natsctl/natsctl/internal/fleet"

// waiting counts the answers due from members.
type waiting struct {
	all      int
	optional int // of servers that answer only if they have something to report
}

// set makes q the answer of a kind that is due from a member; nil: none is due any
// more. It reports whether one was due.
func (w *waiting) set(m *member, kind fleet.Kind, q *question) (was bool) {
	old := m.due[kind]
	w.count(old, -1)
	w.count(q, 1)
	if q == nil {
		delete(m.due, kind)
	} else {
		m.due[kind] = q
	}
	return old != nil
}

func (w *waiting) count(q *question, n int) {
	if q == nil {
		return
	}
	w.all += n
	if q.ep.Quiet {
		w.optional += n
	}
}

// incomplete reports whether a required answer is due.
func (w *waiting) incomplete() bool { return w.all > w.optional }
