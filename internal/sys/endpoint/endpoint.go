package endpoint

import (
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Endpoint is one request that a system user can make. A new one is one row in
// the table behind [List].
type Endpoint struct {
	Kind  fleet.Kind
	About string // what the answer contains, or the action does, in a sentence

	// Subject holds {server} where a server's id goes and {account} where an
	// account goes. A row with {server} whose Ping is true is also answered by
	// every server when "PING" stands there.
	Subject string
	Ping    bool

	// Since is the first release that answers; empty means every release that
	// natsctl supports (2.9).
	Since string

	// Act marks requests that change something; [Client.Request] refuses them.
	Act bool

	// Anonymous marks answers that do not say which server sent them.
	Anonymous bool

	// Local marks requests that only the connected server answers; leafnodes
	// connected to it may answer too, but about another user.
	Local bool

	// Quiet marks requests that a server does not answer when it has nothing to
	// report, so a missing answer means nothing.
	Quiet bool

	// Needs says what a server must have to offer the request; empty if it
	// always does.
	Needs string

	// Options is a zero value of the server's own options for the request, or
	// nil if it takes none besides the common filter. Its JSON names are the
	// names of the options.
	Options any

	Compress bool                       // ask for a compressed answer: large and repetitive
	Read     Decoder                    // nil: no snapshot holds the answer
	Body     func(fleet.Want, Page) any // the options of a request for one page; nil: it has none
	Pager    Pager                      // nil: there is only one page
}

// Account reports whether the request is about one account.
func (e *Endpoint) Account() bool { return strings.Contains(e.Subject, "{account}") }

// Server reports whether the request goes to one server, or to all where Ping is
// set.
func (e *Endpoint) Server() bool { return strings.Contains(e.Subject, "{server}") }

// For returns the subject for a server's id, or for all servers with [All].
func (e *Endpoint) For(server string) string {
	return strings.ReplaceAll(e.Subject, "{server}", server)
}

// Lookup returns the row for a kind, by its name in any case, or nil.
func Lookup(kind string) *Endpoint {
	for i := range table {
		if strings.EqualFold(string(table[i].Kind), kind) {
			return &table[i]
		}
	}
	return nil
}

// List returns every request that a system user can make, in the order of
// the documentation. The rows are shared and read-only.
func List() []*Endpoint {
	out := make([]*Endpoint, len(table))
	for i := range table {
		out[i] = &table[i]
	}
	return out
}

// All takes the place of the server id in a request to all servers.
const All = "PING"
