package sys

import "github.com/natsctl/natsctl/internal/fleet"

// tally counts the answers to one kind of question.
type tally struct{ fleet.Tally }

func (r *round) tally(kind fleet.Kind) *tally {
	t := r.tallies[kind]
	if t == nil {
		t = &tally{fleet.Tally{Kind: kind}}
		r.tallies[kind] = t
	}
	return t
}

// good notes an answer, or a page of one.
func (t *tally) good(a answer, inScope bool) {
	if inScope {
		t.SlowestSeconds = max(t.SlowestSeconds, a.at.Sub(a.q.sent).Seconds())
	}
}

// again notes that a server answered twice.
func (t *tally) again(id string) {
	if t.Duplicates == nil {
		t.Duplicates = map[string]int{}
	}
	t.Duplicates[id]++
}

// tallyList closes the tallies, in the order in which the kinds were asked.
func (r *round) tallyList(s *fleet.Snapshot) []fleet.Tally {
	list := make([]fleet.Tally, 0, len(r.first))
	for _, q := range r.first {
		t := r.tally(q.ep.Kind)
		t.Answered = len(s.Servers)
		for _, p := range s.Problems {
			if p.Kind == t.Kind && s.Server(p.ServerID) != nil {
				t.Answered--
			}
		}
		list = append(list, t.Tally)
	}
	return list
}
