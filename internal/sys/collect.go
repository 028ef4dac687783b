package sys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// Limits on the number of answers collected and on their total size.
const (
	maxCollected      = 4096
	maxCollectedBytes = 64 << 20
	// maxAsked is how often the connected server is asked: where a leaf node answers
	// first, a server may drop its own answer, since a service answers once.
	maxAsked = 4
)

// expectation is a snapshot of the servers that should answer: the connected one,
// those with connections of the account, or all where that is unknown.
func expectation(ctx context.Context, c *Client, req Request, ep *endpoint.Endpoint) (*fleet.Snapshot, error) {
	want := fleet.Want{}
	switch {
	case ep.Local:
		want.Scope.Name = c.conn.NC.ConnectedServerId()
	case !req.Scope.IsZero():
		return nil, fmt.Errorf("%w: answers to %s do not say which server sent them, so that a filter cannot be applied", ErrRequest, ep.Kind)
	case ep.Kind == endpoint.NumSubs:
		want.Kinds = []fleet.Kind{fleet.AccountStatz}
	}
	s, err := c.Snapshot(ctx, want)
	if err != nil {
		return nil, err
	}
	keep := func(*fleet.Server) bool { return true }
	switch account, _ := req.Options["acc"].(string); {
	case ep.Local && !slices.ContainsFunc(s.Servers, func(sv *fleet.Server) bool { return req.Scope.Matches(sv.Info) }):
		return nil, fmt.Errorf("%w: %s is answered by the connected server alone, which is %s", ErrRequest, ep.Kind, s.AskedBy)
	case ep.Kind == endpoint.NumSubs:
		keep = func(sv *fleet.Server) bool { return hasAccount(sv, account) }
	}
	s.Servers = slices.DeleteFunc(slices.Clone(s.Servers), func(sv *fleet.Server) bool { return !keep(sv) })
	s.Expected = len(s.Servers) + s.Absent()
	return s, nil
}

// hasAccount reports whether a server has connections of an account, or may have
// because it did not answer.
func hasAccount(sv *fleet.Server, account string) bool {
	return sv.AccountStatz == nil || slices.ContainsFunc(sv.AccountStatz.Accounts, func(a *server.AccountStat) bool {
		return a != nil && (a.Account == account || a.Name == account) && a.Conns+a.LeafNodes > 0
	})
}

// receive asks for as many answers as are expected, the connected server again if its
// own does not come.
func receive(ctx context.Context, c *Client, ep *endpoint.Endpoint, expected int) (out []Answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	for asked := 0; asked == 0 || ep.Local && len(out) == 0 && asked < maxAsked && ctx.Err() == nil; asked++ {
		if out, err = receiveOnce(ctx, c, ep, expected); err != nil {
			return out, err
		}
	}
	return out, nil
}

// receiveOnce sends the request and collects answers until all expected ones have arrived
// or the inbox has been quiet for the gap of an idle fleet.
func receiveOnce(ctx context.Context, c *Client, ep *endpoint.Endpoint, expected int) ([]Answer, error) {
	body, err := endpoint.Object(ep.Body(fleet.Want{}, endpoint.Page{}))
	if err != nil {
		return nil, fmt.Errorf("write the request for %s: %w", ep.Kind, err)
	}
	inbox := c.conn.NC.NewInbox()
	sub, err := c.conn.NC.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection is gone, and the subscription with it
	if err := c.conn.NC.PublishRequest(ep.Subject, inbox, body); err != nil {
		return nil, fmt.Errorf("ask %s: %w", ep.Kind, err)
	}
	var out []Answer
	var size int
	for sent := time.Now(); len(out) < expected && size < maxCollectedBytes && len(out) < maxCollected; {
		wait, stop := context.WithTimeout(ctx, c.quiet)
		msg, err := sub.NextMsgWithContext(wait)
		stop()
		switch {
		case errors.Is(err, nats.ErrNoResponders) || err == nil && endpoint.NoResponders(msg):
			return nil, notOffered(ep)
		case errors.Is(err, context.DeadlineExceeded):
			return out, nil
		case err != nil:
			return out, err
		}
		size += len(msg.Data)
		a := Answer{RTTSeconds: time.Since(sent).Seconds(), Data: asJSON(endpoint.Redacted("", msg.Data))}
		if !ep.Local || a.fromServer(c.conn.NC.ConnectedServerId()) {
			out = append(out, a)
		}
	}
	return out, nil
}

// fromServer reports whether an enveloped answer comes from the server with this id,
// and unwraps it.
func (a *Answer) fromServer(id string) bool {
	var env struct {
		Server server.ServerInfo `json:"server"`
		Data   json.RawMessage   `json:"data"`
	}
	if json.Unmarshal(a.Data, &env) != nil || env.Server.ID != id {
		return false
	}
	a.Server = env.Server
	if env.Data != nil {
		a.Data = env.Data
	}
	return true
}

// complete compares the answers with the servers expected to answer. If there is one
// of each, the answer is that server's.
func complete(c *Client, ep *endpoint.Endpoint, s *fleet.Snapshot, list []Answer) (*Answers, error) {
	known := ep.Local || ep.Kind == endpoint.NumSubs
	switch {
	case !known && len(list) == 0:
		return nil, &failure.SilentError{Subject: ep.Subject, After: c.quiet}
	case !known: // the number of servers with an answer is unknown
		s.Servers = s.Servers[:min(len(s.Servers), len(list))]
		s.Expected = len(list) + s.Absent()
	case len(list) < len(s.Servers):
		s.Problems = append(s.Problems, fleet.Problem{
			Server: s.AskedBy, Kind: ep.Kind, Reason: fleet.Late, Detail: fmt.Sprintf("%d of %d answers came", len(list), len(s.Servers)),
		})
	}
	if len(s.Servers) == 1 && len(list) == 1 && known {
		list[0].Server, list[0].RTTSeconds = s.Servers[0].Info, s.Servers[0].RTTSeconds
	}
	return &Answers{Snapshot: s, List: list}, nil
}

// asJSON returns a body that is JSON as it is, and any other as a JSON string.
func asJSON(body []byte) json.RawMessage {
	if json.Valid(body) {
		return json.RawMessage(body)
	}
	text, err := json.Marshal(string(body))
	if err != nil {
		return nil
	}
	return text
}
