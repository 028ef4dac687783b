package cause

import (
	"cmp"
	"slices"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// Cause is one problem with everything that follows from it.
type Cause struct {
	Rule     string           `json:"cause"` // name of its row in the table
	Level    fleet.Level      `json:"level"` // the worst of its findings
	Object   string           `json:"object"`
	Where    string           `json:"where,omitempty"`
	Brief    string           `json:"brief"` // What in a few words, for a line of a screen
	What     string           `json:"what"`  // one sentence
	Why      string           `json:"why"`
	Next     string           `json:"next"`
	Findings []checks.Finding `json:"findings"` // those that show it first, then those that follow from it, worst first
	Own      int              `json:"own"`      // how many of Findings show it; the others follow
	About    checks.Subject   `json:"-"`

	rank  int  // of its row
	vague bool // nothing is known of its object
}

// Explained returns the findings that follow from the cause.
func (c Cause) Explained() []checks.Finding { return c.Findings[c.Own:] }

// Rule is one row of the table of causes: it names the causes of one kind that
// it sees, and what follows from each.
type Rule struct {
	Name  string
	About string // when it is named, one sentence

	find func(s *study) []candidate
}

// connectedRank is the place of the rule about the server that natsctl is connected
// to: when that one is cut off, nothing else that is seen can be trusted.
const connectedRank = 0

// rules is the table of causes. A row takes its findings before those below it.
var rules = [...]Rule{
	{"seat", "The server that natsctl is connected to is cut off from all others.", findConnectedServer},
	{"gateway-name", "A gateway has a name that no cluster has, or is rejected by its other end.", findMisnamed},
	{"cluster", "No server of a cluster answers.", findClusters},
	{"server", "A server does not answer: it hangs, is dead, cut off or draining.", findServers},
	{"meta", "JetStream has no meta leader, or no quorum for one.", findMeta},
	{"restart", "A server started a short while ago.", findRestarts},
	{"cut", "A link between servers that answer is cut.", findCuts},
	{"configuration", "What is configured does not fit what is there.", findConfigured},
	{"client", "A client reads more slowly than its messages arrive.", findClients},
	{"resource", "A server is too slow for what it has to do: its disk, CPU or memory.", findSlowServers},
	{"slow-link", "A link is slow.", findSlowLinks},
	{"stream", "A stream has no leader, or not enough replicas.", findStreams},
	{"consumer", "A consumer stands still, or nobody reads it.", findConsumers},
	{"several", "Several objects have the same problem.", findSeveral},
	{"single", "A problem of one object.", findSingles},
}

// candidate is a possible cause. It becomes a cause if a finding shows it.
type candidate struct {
	Cause
	shows   func(f checks.Finding) bool // the finding is the cause itself
	follows func(f checks.Finding) bool // the finding follows from it; nil: nothing does
	least   int                         // findings that must show it; 0: one
}

// study is one diagnosis.
type study struct {
	in   checks.Input
	top  *fleet.Topology
	left []checks.Finding // not yet part of a cause
}

// Diagnose folds findings into causes. Each finding is part of exactly one; the
// first cause is the one to look at first. The input needs its snapshot, and
// uses its topology if it is set.
func Diagnose(in checks.Input, results []checks.Result) []Cause {
	var found []checks.Finding
	for _, r := range results {
		found = append(found, r.Findings...)
	}
	return Fold(in, found)
}

// Fold is [Diagnose] for findings.
func Fold(in checks.Input, found []checks.Finding) []Cause {
	s := &study{in: in, top: in.Topology, left: slices.Clone(found)}
	if s.top == nil && len(found) > 0 {
		s.top = fleet.NewTopology(in.Snapshot, fleet.TopologyOptions{Delta: in.Delta})
	}
	var out []Cause
	for rank, rule := range rules {
		if len(s.left) == 0 {
			break
		}
		for _, c := range rule.find(s) {
			if c, ok := s.claim(c); ok {
				c.Rule, c.rank = rule.Name, rank
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, compare)
	return out
}

// compare orders causes: the seat before all, then by level, kind, number of
// findings and name. Those of which nothing is known come last.
func compare(a, b Cause) int {
	return cmp.Or(
		-compareBool(a.rank == connectedRank, b.rank == connectedRank), compareBool(a.vague, b.vague), b.Level.Compare(a.Level), cmp.Compare(a.rank, b.rank),
		cmp.Compare(len(b.Findings), len(a.Findings)), cmp.Compare(a.Where, b.Where), cmp.Compare(a.Object, b.Object),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// claim moves the findings of a candidate out of those that are left. Without a
// finding that shows it, there is no such cause.
func (s *study) claim(c candidate) (Cause, bool) {
	var own, more, rest []checks.Finding
	for _, f := range s.left {
		switch {
		case c.shows(f):
			own = append(own, f)
		case c.follows != nil && c.follows(f):
			more = append(more, f)
		default:
			rest = append(rest, f)
		}
	}
	if len(own) < max(c.least, 1) {
		return Cause{}, false
	}
	worstFirst(own)
	worstFirst(more)
	out := c.Cause
	out.Own, out.Findings = len(own), slices.Concat(own, more)
	for _, f := range out.Findings {
		out.Level = out.Level.Worse(f.Level)
	}
	for i := range out.Findings {
		out.Findings[i].Cause = cmp.Or(out.Object, own[0].Object)
	}
	out.Why, out.Next = cmp.Or(out.Why, own[0].Why), cmp.Or(out.Next, own[0].Next)
	out.What = cmp.Or(out.What, own[0].What)
	out.Brief = cmp.Or(out.Brief, out.What)
	out.Object, out.Where = cmp.Or(out.Object, own[0].Object), cmp.Or(out.Where, own[0].Where)
	if len(out.About.Servers) == 0 && out.About.Edge == nil && out.About.Stream == "" {
		out.About = own[0].About
	}
	s.left = rest
	return out, true
}

func worstFirst(list []checks.Finding) {
	slices.SortStableFunc(list, func(a, b checks.Finding) int { return b.Level.Compare(a.Level) })
}
