package sys

import (
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// ask sends every wanted request at once. STATSZ goes to all servers, also
// with a scope: it tells who exists.
func (r *round) ask() error {
	for _, q := range r.first {
		if err := r.send(q); err != nil {
			return err
		}
	}
	return nil
}

// firstQuestion asks all servers for the first page; with the id of one server
// for a scope, that server alone.
func (r *round) firstQuestion(ep *Endpoint) *question {
	q := &question{ep: ep}
	if ep.pager != nil {
		q.page = ep.pager.first(r.want)
	}
	if id := r.want.Scope.Name; isServerID(id) && ep.Server() {
		q.server = id
	}
	return q
}

// send puts one question on its way.
func (r *round) send(q *question) error {
	to, scope := r.target(q), r.want.Scope
	if q.server != "" {
		scope = fleet.Scope{}
		if m := r.members[q.server]; m != nil && !q.ep.Server() {
			scope.Name = m.sv.Info.Name
		}
	}
	if q.ep.Kind == fleet.Statsz || q.naming {
		scope = fleet.Scope{}
	}
	var options any
	if q.ep.body != nil {
		options = q.ep.body(r.want, q.page)
	}
	body, err := requestBody(options, scope)
	if err != nil {
		return fmt.Errorf("write the request for %s: %w", q.ep.Kind, err)
	}
	msg := nats.NewMsg(q.ep.subject(to))
	msg.Data = body
	if q.ep.compress {
		msg.Header.Set("Accept-Encoding", "gzip")
	}
	q.sent = time.Now()
	msg.Reply = r.inbox + strconv.Itoa(r.questions.add(q))
	if err := r.c.nc.PublishMsg(msg); err != nil {
		return fmt.Errorf("ask %s: %w", q.ep.Kind, err)
	}
	return nil
}

// target is what stands for the server in a question's subject.
func (*round) target(q *question) string {
	if q.server != "" {
		return q.server
	}
	return ping
}
