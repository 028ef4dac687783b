package cli

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/cause"
)

// partialError reports an incomplete answer; the rows have been printed.
type partialError struct{ snap *fleet.Snapshot }

// Partial is the error of an incomplete answer.
func Partial(s *fleet.Snapshot) error { return partialError{s} }

// NotFound returns err, the error about something that no server knows. A server
// that did not answer may know it, so the error names the missing ones too.
func NotFound(err error, s *fleet.Snapshot) error {
	if len(s.Missing) > 0 {
		return AllOf([]error{err, Partial(s)})
	}
	return err
}

// Error names the missing servers and the reasons.
func (p partialError) Error() string { return strings.Join(p.Lines(), "; ") }

// Lines returns the error for people, one line per server.
func (p partialError) Lines() []string {
	s := p.snap
	lines := []string{fmt.Sprintf("%d/%d servers answered", len(s.Servers), s.Expected)}
	for _, m := range s.Missing {
		lines = append(lines, missingLine(m))
	}
	if name, alone := onlyAnswer(s); alone {
		lines = append(lines, fmt.Sprintf("only %s answered, the server that natsctl is connected to: it may be the one that is cut off; try another with --server URL", name))
	}
	const most = 10
	for i, problem := range s.Problems {
		if i == most {
			lines = append(lines, fmt.Sprintf("and %d more problems; use -o json to see all", len(s.Problems)-most))
			break
		}
		lines = append(lines, problemLine(problem))
	}
	return lines
}

// onlyAnswer returns the connected server if it alone answered. The topology is
// built only when at most half of the servers did.
func onlyAnswer(s *fleet.Snapshot) (name string, alone bool) {
	if 2*len(s.Servers) > s.Expected {
		return "", false
	}
	return cause.ConnectedServer(s, fleet.NewTopology(s, fleet.TopologyOptions{}))
}

// reasons describes each reason to an operator.
var reasons = map[fleet.Reason]string{
	fleet.Gone:        "gone: no longer connected to any server (stopped, crashed or cut off)",
	fleet.Silent:      "silent: connected, but not responding (hung, overloaded, or cut off a moment ago)",
	fleet.Draining:    "draining: in lame duck mode, where a server does not answer system requests",
	fleet.Behind:      "out of reach: behind a server that does not respond",
	fleet.Late:        "did not answer in time",
	fleet.Unsupported: "is too old for this request",
	fleet.Refused:     "answered with an error",
	fleet.Malformed:   "sent a malformed answer",
	fleet.Truncated:   "sent an answer that a limit cut short",
}

func missingLine(m fleet.Missing) string {
	line := m.Label()
	if m.Cluster != "" {
		line += " (" + m.Cluster + ")"
	}
	switch {
	case m.Reason == fleet.Late:
		line += " did not answer before the timeout; cannot tell whether it is alive"
	case m.Reason == fleet.Gone && m.Label() == "unnamed":
		line = "a server that the others still count but cannot name is " + reasons[m.Reason] + "; they stop counting it within four minutes"
	default:
		line += " " + reasons[m.Reason]
	}
	if m.Via != "" {
		line += ": " + m.Via
	}
	if len(m.SeenBy) > 0 {
		line += "; still linked to " + strings.Join(m.SeenBy, ", ")
	}
	if !m.LastSeen.IsZero() {
		line += "; last seen " + m.LastSeen.UTC().Format("15:04:05Z")
	}
	return line
}

func problemLine(p fleet.Problem) string {
	line := fmt.Sprintf("%s %s: %s", p.Server, p.Kind, reasons[p.Reason])
	if p.Detail != "" {
		line += ": " + p.Detail
	}
	return line
}
