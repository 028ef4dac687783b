package sys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// ErrRequest is wrapped by the error of a [Request] that makes no sense; nothing
// was asked.
var ErrRequest = errors.New("invalid request")

// Request is one row of [Endpoints], asked by hand.
type Request struct {
	Kind    fleet.Kind
	Scope   fleet.Scope
	Account string         // where the subject needs one
	Options map[string]any // by their JSON names, see [Endpoint.Options]

	// Limit bounds how many connections or accounts each server reports; 0
	// asks for all of them, page by page.
	Limit int
}

// Answer is what one server answered, in its own words.
type Answer struct {
	Server     server.ServerInfo `json:"server"`
	RTTSeconds float64           `json:"rtt_seconds"` // of its STATSZ in the same round
	Data       json.RawMessage   `json:"data"`        // all pages joined
}

// Answers is what a [Request] brought.
type Answers struct {
	Snapshot *fleet.Snapshot // who answered, who is missing, what was wrong
	List     []Answer        // in the order of the snapshot; a server that had nothing to say is not in it
}

// Request asks all servers in scope, as [Client.Snapshot] does, and returns
// their answers undigested. Requests that change something are refused.
func (c *Client) Request(ctx context.Context, req Request) (*Answers, error) {
	raw := &rawAnswers{byID: map[string]*rawAnswer{}}
	ep, err := req.endpoint(raw)
	if err != nil {
		return nil, err
	}
	r := newRound(c, fleet.Want{Scope: req.Scope})
	switch {
	case ep.Kind == fleet.Statsz:
		r.first[0] = &question{ep: ep}
	case !ep.Anonymous:
		r.first = append(r.first, r.firstQuestion(ep))
	}
	s, err := r.finish(ctx)
	if err != nil {
		return nil, err
	}
	if p := r.refused[ep.Kind]; p != nil && len(raw.byID) == 0 {
		return nil, p
	}
	if len(raw.byID) == 0 && (r.unknown[ep.Kind] || allUnsupported(s)) {
		return nil, r.unanswered(ep)
	}
	out := &Answers{Snapshot: s}
	if ep.Anonymous {
		out.List, err = c.collect(ctx, ep, req)
		return out, err
	}
	for _, sv := range s.Servers {
		a := raw.byID[sv.Info.ID]
		if a == nil {
			continue
		}
		data, err := a.whole()
		if err != nil {
			return nil, fmt.Errorf("join the answers of %s: %w", sv.Info.Name, err)
		}
		out.List = append(out.List, Answer{Server: sv.Info, RTTSeconds: sv.RTTSeconds, Data: data})
		if a.truncated != "" {
			s.Problems = append(s.Problems, fleet.Problem{ServerID: sv.Info.ID, Server: sv.Info.Name, Kind: ep.Kind, Reason: fleet.Truncated, Detail: a.truncated})
		}
	}
	return out, nil
}

// allUnsupported tells whether every server in scope is too old.
func allUnsupported(s *fleet.Snapshot) bool {
	for _, p := range s.Problems {
		if p.Reason != fleet.Unsupported {
			return false
		}
	}
	return len(s.Problems) > 0 && len(s.Problems) == len(s.Servers)
}

// unanswered is the error of a request that no server listens to: all of them
// are too old, or lack something.
func (r *round) unanswered(ep *Endpoint) error {
	for _, m := range r.members {
		if i := m.sv.Info; m.inScope && older(i.Version, ep.Since) {
			return &TooOldError{Server: i.Name, Version: i.Version, Kind: ep.Kind, Since: ep.Since}
		}
	}
	return r.c.notOffered(ep)
}

// endpoint makes the row of the table that asks exactly this.
func (req Request) endpoint(raw *rawAnswers) (*Endpoint, error) {
	row := Lookup(string(req.Kind))
	switch {
	case row == nil:
		return nil, fmt.Errorf("%w: there is no request %s", ErrRequest, req.Kind)
	case row.Act:
		return nil, fmt.Errorf("%w: %s changes something", ErrRequest, req.Kind)
	case row.Account() && req.Account == "":
		return nil, fmt.Errorf("%w: %s is about one account, which is not named", ErrRequest, req.Kind)
	case strings.ContainsAny(req.Account, "*> \t\r\n"):
		return nil, fmt.Errorf("%w: %q is no account", ErrRequest, req.Account)
	}
	ep := *row
	ep.Subject = strings.ReplaceAll(ep.Subject, "{account}", req.Account)
	ep.read = raw.decoder(ep.Kind)
	ep.pager = raw.pager(ep.Kind, req)
	if err := req.checkSort(ep.pager); err != nil {
		return nil, err
	}
	ep.body = func(_ fleet.Want, p page) any {
		var body map[string]any
		if ep.Kind == fleet.AccountStatz {
			body = map[string]any{"include_unused": true}
		}
		return req.options(body, p)
	}
	return &ep, nil
}

// checkSort refuses an order that the server cannot page in: only one page of
// it is right.
func (req Request) checkSort(pg pager) error {
	by, sorted := req.Options["sort"]
	if pg == nil || !sorted || by == "cid" || by == "" || req.Limit > 0 && req.Limit <= connSubsPage {
		return nil
	}
	return fmt.Errorf("%w: sorted by %v a server can only give the first %d connections; set a limit up to that", ErrRequest, by, connSubsPage)
}

// options returns the options of one page of the request.
func (req Request) options(base map[string]any, p page) map[string]any {
	out := maps.Clone(req.Options)
	if out == nil {
		out = map[string]any{}
	}
	for k, v := range base {
		if _, set := out[k]; !set {
			out[k] = v
		}
	}
	if p.limit > 0 {
		out["offset"], out["limit"] = p.offset, p.limit
	}
	return out
}
