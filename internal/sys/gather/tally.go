package gather

import "github.com/natsctl/natsctl/internal/fleet"

// tallies hold statistics on the answers to each kind of question.
type tallies map[fleet.Kind]*fleet.Tally

func (t tallies) of(kind fleet.Kind) *fleet.Tally {
	if t[kind] == nil {
		t[kind] = &fleet.Tally{Kind: kind}
	}
	return t[kind]
}

// answered records how long an answer, or a page of one, took.
func (t tallies) answered(a answer) {
	one := t.of(a.q.ep.Kind)
	one.SlowestSeconds = max(one.SlowestSeconds, a.at.Sub(a.q.sent).Seconds())
}

// duplicate records that a server answered twice.
func (t tallies) duplicate(kind fleet.Kind, id string) {
	one := t.of(kind)
	if one.Duplicates == nil {
		one.Duplicates = map[string]int{}
	}
	one.Duplicates[id]++
}

// list returns the final tallies, in the order of the questions.
func (t tallies) list(s *fleet.Snapshot, asked []*question) []fleet.Tally {
	list := make([]fleet.Tally, 0, len(asked))
	for _, q := range asked {
		one := *t.of(q.ep.Kind)
		one.Answered = len(s.Servers)
		for _, p := range s.Problems {
			if p.Kind == one.Kind && s.Server(p.ServerID) != nil {
				one.Answered--
			}
		}
		list = append(list, one)
	}
	return list
}
