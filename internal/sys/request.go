package sys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// ErrRequest is wrapped by the error of an invalid [Request]; nothing was sent.
var ErrRequest = errors.New("invalid request")

// Request is a request for one row of the table of endpoints.
type Request struct {
	Kind    fleet.Kind
	Scope   fleet.Scope
	Account string         // if the subject needs one
	Options map[string]any // by their JSON names, see [endpoint.Endpoint.Options]

	// Limit is how many connections or accounts each server reports at most; 0
	// requests all of them, page by page.
	Limit int
}

// Answer is the answer of one server, unchanged except for secrets.
type Answer struct {
	Server     server.ServerInfo `json:"server,omitzero"` // empty if the answer does not say, and several servers are possible
	RTTSeconds float64           `json:"rtt_seconds"`     // of its STATSZ in the same round
	Data       json.RawMessage   `json:"data"`            // all pages joined
}

// Answers are the answers to a [Request].
type Answers struct {
	Snapshot *fleet.Snapshot // servers that answered or are missing, and problems
	List     []Answer        // in the order of the snapshot, without servers that had nothing to report
}

// Request sends a request to all servers in scope, as [Client.Snapshot] does, and
// returns their undecoded answers. Requests that change something are rejected.
func (c *Client) Request(ctx context.Context, req Request) (*Answers, error) {
	raw := endpoint.NewRaw()
	ep, err := req.endpoint(raw)
	if err != nil {
		return nil, err
	}
	if ep.Anonymous || ep.Local {
		return c.collect(ctx, req, ep)
	}
	r := c.round(fleet.Want{Scope: req.Scope}, ep, nil)
	s, err := r.Run(ctx)
	if err != nil {
		return nil, c.explain(ctx, err)
	}
	out := &Answers{Snapshot: s}
	if raw.Empty() {
		if p := r.Refused(ep.Kind); p != nil {
			return nil, p
		}
		if r.Unknown(ep.Kind) || allUnsupported(s) {
			return nil, unanswered(s, ep)
		}
	}
	if err := dropAbsent(s, ep, req, raw.Empty()); err != nil {
		return nil, err
	}
	for _, sv := range s.Servers {
		data, truncated, err := raw.Answer(sv.Info.ID)
		if err != nil {
			return nil, fmt.Errorf("join the answers of %s: %w", sv.Info.Name, err)
		}
		if data == nil {
			continue
		}
		out.List = append(out.List, Answer{Server: sv.Info, RTTSeconds: sv.RTTSeconds, Data: data})
		if truncated != "" {
			s.Problems = append(s.Problems, fleet.Problem{ServerID: sv.Info.ID, Server: sv.Info.Name, Kind: ep.Kind, Reason: fleet.Truncated, Detail: truncated})
		}
	}
	return out, nil
}

// dropAbsent removes the problems of servers that lack what a request about one
// account is about: the account itself, which a server knows only while it is used
// there, or JetStream. If no server has it, that is the answer, an error.
func dropAbsent(s *fleet.Snapshot, ep *endpoint.Endpoint, req Request, empty bool) error {
	if req.Account == "" && req.Options["account"] == nil {
		return nil
	}
	absent := func(p fleet.Problem) bool {
		return p.Kind == ep.Kind && p.Reason == fleet.Refused && endpoint.IsAbsence(p.Detail)
	}
	if i := slices.IndexFunc(s.Problems, absent); i >= 0 && empty && len(s.Missing) == 0 {
		p := s.Problems[i]
		return &RefusedError{Server: p.Server, Kind: ep.Kind, Code: 404, Words: p.Detail}
	}
	s.Problems = slices.DeleteFunc(s.Problems, absent)
	return nil
}

// allUnsupported reports whether every server in scope is too old.
func allUnsupported(s *fleet.Snapshot) bool {
	for _, p := range s.Problems {
		if p.Reason != fleet.Unsupported {
			return false
		}
	}
	return len(s.Problems) > 0 && len(s.Problems) == len(s.Servers)
}

// unanswered returns the error of a request without responders: all servers are
// too old, or lack what it needs.
func unanswered(s *fleet.Snapshot, ep *endpoint.Endpoint) error {
	for _, sv := range s.Servers {
		if endpoint.Older(sv.Info.Version, ep.Since) {
			return &TooOldError{Server: sv.Info.Name, Version: sv.Info.Version, Kind: ep.Kind, Since: ep.Since}
		}
	}
	return notOffered(ep)
}

// notOffered returns the error of a request that no server offers.
func notOffered(ep *endpoint.Endpoint) error {
	words := "no server offers this request"
	if ep.Needs != "" {
		words += "; it needs " + ep.Needs
	}
	return &RefusedError{Kind: ep.Kind, Code: 503, Words: words}
}

// endpoint makes the endpoint for this request.
func (req Request) endpoint(raw *endpoint.Raw) (*endpoint.Endpoint, error) {
	row := endpoint.Lookup(string(req.Kind))
	switch {
	case row == nil:
		return nil, fmt.Errorf("%w: no such request %s", ErrRequest, req.Kind)
	case row.Act:
		return nil, fmt.Errorf("%w: %s changes something", ErrRequest, req.Kind)
	case row.Account() && req.Account == "":
		return nil, fmt.Errorf("%w: %s needs an account", ErrRequest, req.Kind)
	case row.Kind == endpoint.NumSubs && (blank(req.Options["acc"]) || blank(req.Options["subject"])):
		return nil, fmt.Errorf(`%w: %s needs a body such as {"acc":"APP","subject":"orders.>"}`, ErrRequest, req.Kind)
	case strings.ContainsAny(req.Account, "*> \t\r\n"):
		return nil, fmt.Errorf("%w: invalid account %q", ErrRequest, req.Account)
	}
	ep := raw.Endpoint(row, req.Options, req.Limit)
	ep.Subject = strings.ReplaceAll(ep.Subject, "{account}", req.Account)
	if ep.OnlyOnePage(req.Options) && (req.Limit <= 0 || req.Limit > endpoint.MaxSorted) {
		return nil, fmt.Errorf("%w: sorted by %v a server can only give the first %d connections; set a limit up to that", ErrRequest, req.Options["sort"], endpoint.MaxSorted)
	}
	return ep, nil
}

// collect sends a request whose answers do not name their server.
func (c *Client) collect(ctx context.Context, req Request, ep *endpoint.Endpoint) (*Answers, error) {
	expect, err := expectation(ctx, c, req, ep)
	if err != nil {
		return nil, err
	}
	list, err := receive(ctx, c, ep, len(expect.Servers))
	if err != nil {
		return nil, err
	}
	return complete(c, ep, expect, list)
}

// blank reports whether an option is missing or an empty text.
func blank(option any) bool {
	text, isText := option.(string)
	return option == nil || isText && text == ""
}
