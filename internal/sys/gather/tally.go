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

// duplicate records that a member answered a question to all twice, unless it was
// asked again or is out of scope.
func (t tallies) duplicate(m *member, q *question) {
	if !m.inScope || q.purpose == forLife || q.server != "" || m.twice[q.ep.Kind] {
		return
	}
	one := t.of(q.ep.Kind)
	if one.Duplicates == nil {
		one.Duplicates = map[string]int{}
	}
	one.Duplicates[m.sv.Info.ID]++
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
