package fleet

import (
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// Scope narrows a question to some servers. Empty fields do not narrow; set
// fields must all hold.
type Scope struct {
	Cluster string   `json:"cluster,omitempty"` // exact
	Name    string   `json:"name,omitempty"`    // exact server name or id
	Host    string   `json:"host,omitempty"`    // exact
	Tags    []string `json:"tags,omitempty"`    // all of them; tags compare in lower case, as servers store them
}

// IsZero tells whether the scope is the whole fleet.
func (s Scope) IsZero() bool {
	return s.Cluster == "" && s.Name == "" && s.Host == "" && len(s.Tags) == 0
}

// Matches tells whether a server is in scope.
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
