package fleet

import (
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// Scope limits a request to some servers. Empty fields match every server; a
// server must match all other fields.
type Scope struct {
	Cluster string   `json:"cluster,omitempty"` // exact
	Name    string   `json:"name,omitempty"`    // exact server name or id
	Host    string   `json:"host,omitempty"`    // exact
	Tags    []string `json:"tags,omitempty"`    // all of them; tags compare in lower case, as servers store them
}

// IsZero reports whether the scope is the whole fleet.
func (s Scope) IsZero() bool {
	return s.Cluster == "" && s.Name == "" && s.Host == "" && len(s.Tags) == 0
}

// Matches reports whether a server is in scope.
func (s Scope) Matches(info server.ServerInfo) bool {
	switch {
	case s.Cluster != "" && s.Cluster != info.Cluster,
		s.Name != "" && s.Name != info.Name && s.Name != info.ID,
		s.Host != "" && s.Host != info.Host:
		return false
	}
	for _, tag := range s.Tags {
		if !slices.Contains(info.Tags, strings.ToLower(tag)) {
			return false
		}
	}
	return true
}

// In returns the part of the snapshot that is in scope. A missing server stays
// in if the field that the scope compares is unknown.
func (s *Snapshot) In(scope Scope) *Snapshot {
	if scope.IsZero() {
		return s
	}
	out := *s
	out.Want.Scope = scope
	out.Servers, out.Missing, out.Problems = nil, nil, nil
	for _, sv := range s.Servers {
		if scope.Matches(sv.Info) {
			out.Servers = append(out.Servers, sv)
		}
	}
	for _, m := range s.Missing {
		if (scope.Cluster == "" || m.Cluster == "" || m.Cluster == scope.Cluster) &&
			(scope.Name == "" || scope.Name == m.Name || scope.Name == m.ID) {
			out.Missing = append(out.Missing, m)
		}
	}
	for _, p := range s.Problems {
		if out.Server(p.ServerID) != nil {
			out.Problems = append(out.Problems, p)
		}
	}
	out.Expected = len(out.Servers) + out.Absent()
	return &out
}
