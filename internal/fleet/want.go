package fleet

import (
	"context"
	"slices"
)

// Want is a request to a [Source]. The zero value requests only STATSZ, which
// every snapshot contains, from every server.
type Want struct {
	Kinds   []Kind   `json:"kinds,omitempty"` // in addition to STATSZ
	Scope   Scope    `json:"scope,omitzero"`
	Account string   `json:"account,omitempty"` // ACCOUNTZ gives the details of this account, not only the names of all
	Conns   ConnWant `json:"conns,omitzero"`    // refines CONNZ
	JS      JSWant   `json:"js,omitzero"`       // refines JSZ

	// RaftAccounts are the accounts whose groups RAFTZ reports in addition to those
	// of the system account, by the names that servers use; see [RaftAccounts].
	RaftAccounts []string `json:"raft_accounts,omitempty"`
}

// Has reports whether kind is requested.
func (w Want) Has(kind Kind) bool {
	return kind == Statsz || slices.Contains(w.Kinds, kind)
}

// Union returns a want that covers both; the scope and the refinements of w
// take precedence where both set them.
func (w Want) Union(o Want) Want {
	out := w
	out.Kinds = slices.Clone(w.Kinds)
	for _, k := range o.Kinds {
		if !slices.Contains(out.Kinds, k) {
			out.Kinds = append(out.Kinds, k)
		}
	}
	if out.Account == "" {
		out.Account = o.Account
	}
	if len(out.RaftAccounts) == 0 {
		out.RaftAccounts = o.RaftAccounts
	}
	if out.Conns == (ConnWant{}) {
		out.Conns = o.Conns
	}
	if out.JS == (JSWant{}) {
		out.JS = o.JS
	}
	return out
}

// ConnWant refines which connections CONNZ reports.
type ConnWant struct {
	State         string `json:"state,omitempty"` // "open" (default), "closed" or "all"
	Account       string `json:"account,omitempty"`
	User          string `json:"user,omitempty"`
	Subject       string `json:"subject,omitempty"` // a subscription filter; needs Account
	Sort          string `json:"sort,omitempty"`    // the server's sort key; unset: by cid, which alone makes paging complete
	Limit         int    `json:"limit,omitempty"`   // connections per server; 0 pages to the end
	Subscriptions bool   `json:"subscriptions,omitempty"`
}

// JSWant refines how much of JetStream JSZ reports. The zero value requests the
// totals of each server.
type JSWant struct {
	Account     string `json:"account,omitempty"` // only this account
	Streams     bool   `json:"streams,omitempty"`
	Consumers   bool   `json:"consumers,omitempty"`    // implies streams
	Config      bool   `json:"config,omitempty"`       // stream and consumer configuration
	Raft        bool   `json:"raft,omitempty"`         // raft group names
	Groups      bool   `json:"groups,omitempty"`       // RAFTZ reports the groups of all accounts with streams, not only the system account's; needs Streams
	AllReplicas bool   `json:"all_replicas,omitempty"` // default: each stream from its leader only
}

// Source returns snapshots: a live fleet or a recording. Implementations are
// safe for concurrent use. The snapshot is non-nil whenever the error is nil; a
// partial answer is a snapshot with [Snapshot.Missing] or [Snapshot.Problems],
// not an error.
type Source interface {
	Snapshot(ctx context.Context, want Want) (*Snapshot, error)
}
