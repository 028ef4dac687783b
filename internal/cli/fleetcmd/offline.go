package fleetcmd

import (
	"maps"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// offlineError reports servers that a JetStream meta group lacks, although every
// visible server has answered.
type offlineError struct{ lines []string }

// Error names them.
func (o *offlineError) Error() string { return strings.Join(o.lines, "; ") }

// Lines returns the error for people, one line per server.
func (o *offlineError) Lines() []string { return o.lines }

// offlinePeers returns an error that names the servers that a meta leader reports
// as offline and that are not already missing, and those that it does not have, or
// nil. A request to only some servers gives no information about the others.
func offlinePeers(s *fleet.Snapshot, scope fleet.Scope) error {
	if scope.Cluster+scope.Name+scope.Host != "" || len(scope.Tags) > 0 {
		return nil
	}
	var lines []string
	for _, g := range fleet.MetaGroups(s) {
		lacking := g.Lacking()
		for _, name := range slices.Sorted(maps.Keys(lacking)) {
			if slices.ContainsFunc(s.Missing, func(m fleet.Missing) bool { return m.Label() == name }) {
				continue
			}
			line := lacking[name]
			if !slices.ContainsFunc(s.Servers, func(sv *fleet.Server) bool { return sv.Info.Name == name }) {
				line += ", and no server is connected to it"
			}
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return &offlineError{lines}
}
