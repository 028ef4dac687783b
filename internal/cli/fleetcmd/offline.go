package fleetcmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// offlineError reports servers that JetStream lists as offline peers, although
// every visible server has answered.
type offlineError struct{ lines []string }

// Error names them.
func (o *offlineError) Error() string { return strings.Join(o.lines, "; ") }

// Lines returns the error for people, one line per server.
func (o *offlineError) Lines() []string { return o.lines }

// offlinePeers returns an error that names the servers that a meta leader reports
// as offline and that are not already missing, or nil. A request to only some
// servers gives no information about the others.
func offlinePeers(s *fleet.Snapshot, scope fleet.Scope) error {
	if scope.Cluster+scope.Name+scope.Host != "" || len(scope.Tags) > 0 {
		return nil
	}
	var lines []string
	for _, g := range fleet.MetaGroups(s) {
		for _, p := range g.Peers {
			missing := slices.ContainsFunc(s.Missing, func(m fleet.Missing) bool { return m.Label() == p.Name })
			if p.Known && p.Offline && !missing {
				lines = append(lines, fmt.Sprintf("JetStream counts %s as offline: it is in the meta group that %s leads, and no server is connected to it", p.Name, g.Leader))
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &offlineError{lines}
}
