package gather

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// question is one request that was sent.
type question struct {
	ep      *endpoint.Endpoint
	server  string      // the id asked, or "" for all
	scope   fleet.Scope // the filter that it carries
	page    endpoint.Page
	purpose purpose
	sent    time.Time

	repeats *question // the unanswered question that it repeats, or nil
}

// purpose is the reason for a question.
type purpose int

const (
	forData  purpose = iota // what is wanted
	forLife                 // whether a server answers at all
	forLinks                // links of a server, to name the missing ones
)

// answer is a reply, decoded.
type answer struct {
	q       *question
	at      time.Time
	nobody  bool // 503: no responders
	decoded endpoint.Decoded
	sender  *server.ServerInfo
	err     error
}

// answers reports whether a question is the due one, or the one that it repeats.
func (q *question) answers(due *question) bool {
	return q == due || due.repeats == q
}

// target returns the server token of the question's subject.
func (q *question) target() string {
	if q.server != "" {
		return q.server
	}
	return endpoint.All
}
