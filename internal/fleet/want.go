package fleet

import (
	"context"
	"slices"
)

// Want says what a [Source] is asked for. The zero value asks every server for
// STATSZ alone, which every snapshot holds.
type Want struct {
	Kinds   []Kind   `json:"kinds,omitempty"` // beside STATSZ
	Scope   Scope    `json:"scope,omitzero"`
	Account string   `json:"account,omitempty"` // ACCOUNTZ gives the details of this account, not only the names of all
	Conns   ConnWant `json:"conns,omitzero"`    // refines CONNZ
	JS      JSWant   `json:"js,omitzero"`       // refines JSZ

	// RaftAccounts are the accounts whose groups RAFTZ tells beside those of the
	// system account, by the names that servers use; see [RaftAccounts].
	RaftAccounts []string `json:"raft_accounts,omitempty"`
}

// Has tells whether kind is asked for.
func (w Want) Has(kind Kind) bool {
	return kind == Statsz || slices.Contains(w.Kinds, kind)
}

// Union returns a want that covers both; the scope and the refinements of w
// win where both set them.
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
	Sort          string `json:"sort,omitempty"`    // the server's sort key; unset pages by cid, the only complete way
	Limit         int    `json:"limit,omitempty"`   // connections per server; 0 pages to the end
	Subscriptions bool   `json:"subscriptions,omitempty"`
}

// JSWant refines how much of JetStream JSZ reports. The zero value asks for
// the totals of each server.
type JSWant struct {
	Account     string `json:"account,omitempty"` // only this account
	Streams     bool   `json:"streams,omitempty"`
	Consumers   bool   `json:"consumers,omitempty"`    // implies streams
	Config      bool   `json:"config,omitempty"`       // stream and consumer configuration
	Raft        bool   `json:"raft,omitempty"`         // raft group names
	Groups      bool   `json:"groups,omitempty"`       // RAFTZ tells the groups of all accounts with streams, not the system account's alone; needs Streams
	AllReplicas bool   `json:"all_replicas,omitempty"` // default: each stream from its leader alone
}

// Source yields snapshots: a live fleet or a recording. Implementations are
// safe for concurrent use. The snapshot is non-nil whenever the error is nil;
// a partial answer is a snapshot with [Snapshot.Missing] or
// [Snapshot.Problems], not an error.
type Source interface {
	Snapshot(ctx context.Context, want Want) (*Snapshot, error)
}
