package gather

import "github.com/natsctl/natsctl/internal/fleet"

// member is a server that has answered something.
type member struct {
	sv      *fleet.Server
	inScope bool
	due     map[fleet.Kind]*question     // what it still has to answer
	wrong   map[fleet.Kind]fleet.Problem // invalid answers, and those it cannot give
	twice   map[fleet.Kind]bool          // answers requested twice
}

// again records that the member was asked twice, so that a second answer is expected.
func (m *member) again(kind fleet.Kind) {
	if m.twice == nil {
		m.twice = map[fleet.Kind]bool{}
	}
	m.twice[kind] = true
}

// fail records what is wrong with an answer.
func (m *member) fail(kind fleet.Kind, why fleet.Reason, detail string) {
	m.wrong[kind] = m.problem(kind, why, detail)
}

func (m *member) problem(kind fleet.Kind, why fleet.Reason, detail string) fleet.Problem {
	return fleet.Problem{ServerID: m.sv.Info.ID, Server: m.sv.Info.Name, Kind: kind, Reason: why, Detail: detail}
}
