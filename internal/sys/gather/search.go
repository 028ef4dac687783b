package gather

import (
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// search finds the servers that should have answered, and have not. It is idle
// while the servers' counts and links agree with the answers. Otherwise it
// requests the links of those that answered, and then asks each linked server that
// did not, by its id: no responders proves that it is gone, a timeout that it is
// connected and unresponsive.
type search struct {
	members  *members
	memory   *Memory
	account  func() string // returns the name of the user's account, "" while it is not known
	self     string        // the id of the server that the client is connected to
	stage    stage
	pending  int            // link answers due
	kinds    int            // how many of them each server owes
	late     map[string]int // link answers due from suspects that answered after all, by id
	links    links          // link answers
	suspects suspects
	invalid  []fleet.Problem // invalid links
}

type stage int

const (
	searchIdle   stage = iota // nothing requested yet
	searchLinks               // links requested
	searchProbed              // suspects known and probed
)

func newSearch(r *members, m *Memory, account func() string, self string) *search {
	return &search{members: r, memory: m, account: account, self: self, links: links{}, late: map[string]int{}}
}

// open reports whether a server is missing: fewer have answered than the servers
// count, or a listed peer has not answered.
func (s *search) open() bool {
	if s.members.count.expected() == 0 || s.members.missing() > 0 {
		return true
	}
	return s.members.peers.open > 0
}

// unfinished reports whether the search has another step.
func (s *search) unfinished() bool { return s.stage < searchProbed }

// finished reports whether no server is missing, or nothing more can be learned
// about the missing ones.
func (s *search) finished() bool {
	return !s.open() || s.stage == searchProbed && len(s.late) == 0 && s.explained()
}

// step takes the next step and returns its questions.
func (s *search) step() []*question {
	switch s.stage {
	case searchIdle:
		return s.requestLinks()
	case searchLinks:
		return s.requestProbes()
	case searchProbed:
		return s.ask()
	}
	return nil
}

// requestLinks returns the questions for the links of all servers, and for VARZ if
// nothing else says which leafnode links carry the system account.
func (s *search) requestLinks() (out []*question) {
	s.stage = searchLinks
	kinds := linkKinds
	want := s.members.want
	if s.account() == "" && (!slices.Contains(want.Kinds, fleet.Varz) || !want.Scope.IsZero()) {
		kinds = append(slices.Clone(kinds), fleet.Varz)
	}
	s.kinds = len(kinds)
	for _, kind := range kinds {
		out = append(out, &question{ep: endpoint.Lookup(string(kind)), purpose: forLinks})
		s.pending += len(s.members.byID)
	}
	return out
}

// requestProbes asks each suspect by its id.
func (s *search) requestProbes() (out []*question) {
	s.stage = searchProbed
	return s.ask()
}

// ask finds the suspects in the links known so far, and returns the questions to
// those that were not known before.
func (s *search) ask() (out []*question) {
	before := s.suspects
	f := finder{members: s.members, links: s.links, memory: s.memory, account: s.account()}
	s.suspects = f.suspects()
	s.invalid = f.invalid
	for _, one := range s.suspects {
		if old := before.find(one.id, one.name, one.cluster); old != nil {
			one.state = old.state
		} else if one.id != "" {
			out = append(out, &question{ep: s.members.first[0].ep, server: one.id, purpose: forLife})
		}
	}
	return out
}

// farthest returns the longest distance to a suspect that may still answer.
func (s *search) farthest() time.Duration { return s.links.distances(s.self).farthest(s.suspects) }

// apply records what an answer says about the servers that are missing, and reports
// whether the search goes on.
func (s *search) apply(a answer, e effect) (goesOn bool) {
	if e.fresh {
		s.admitted(*a.sender)
	}
	switch {
	case a.nobody && a.q.purpose == forLinks:
		s.unanswered()
	case a.nobody && a.q.purpose == forLife:
		s.gone(a.q.server)
	case e.learned && a.q.purpose == forLinks:
		return s.applyLinks(a)
	}
	return false
}

// applyLinks records one answer about links. It reports whether the search goes on: all
// answers have arrived, or those of a suspect, behind which there may be others.
func (s *search) applyLinks(a answer) (goesOn bool) {
	sv := s.links[a.sender.ID]
	if sv == nil {
		sv = &fleet.Server{Info: *a.sender}
		s.links[a.sender.ID] = sv
	}
	if a.decoded.Apply != nil {
		a.decoded.Apply(sv)
	}
	s.pending--
	if s.stage == searchLinks {
		return s.pending <= 0
	}
	left, late := s.late[a.sender.ID]
	switch {
	case late && left > 1:
		s.late[a.sender.ID] = left - 1
	case late:
		delete(s.late, a.sender.ID)
	}
	return late && left <= 1
}

// unanswered records a link request that no server answers.
func (s *search) unanswered() {
	s.pending -= len(s.members.byID)
	s.kinds--
}

// admitted records that a server, maybe a suspect, has answered.
func (s *search) admitted(info server.ServerInfo) {
	for _, one := range s.suspects {
		if one.matches(info) {
			one.state = suspectAnswered
			if s.late[info.ID] = s.kinds; s.kinds <= 0 {
				delete(s.late, info.ID)
			}
		}
	}
}

// gone records that there are no responders on a suspect's id.
func (s *search) gone(id string) {
	for _, one := range s.suspects {
		if one.id == id {
			one.state = suspectGone
		}
	}
}

// explained reports whether waiting longer cannot change the verdict: every
// suspect is proven gone or outside the scope, and servers that have just been
// restarted account for the rest.
func (s *search) explained() bool {
	for _, one := range s.suspects {
		if one.state == suspectProbed && !outside(one, s.members.want.Scope) {
			return false
		}
	}
	rest := s.members.missing() - s.suspects.unanswered()
	return s.members.count.expected() > 0 && rest <= s.members.replaced()
}

// mayBeSlow reports whether a suspect may only be slow: it has not timed out
// before.
func (s *search) mayBeSlow() bool {
	for _, one := range s.suspects {
		if one.id != "" && one.state == suspectProbed && !outside(one, s.members.want.Scope) && !s.memory.timedOut(one.id, "") {
			return true
		}
	}
	return false
}

// outside reports whether a suspect is known not to be in a scope.
func outside(s *suspect, sc fleet.Scope) bool {
	switch {
	case sc.Cluster != "" && s.cluster != "" && s.cluster != sc.Cluster:
		return true
	case sc.Name == "":
		return false
	case endpoint.IsServerID(sc.Name):
		return s.id != "" && s.id != sc.Name
	}
	return s.name != "" && s.name != sc.Name
}
