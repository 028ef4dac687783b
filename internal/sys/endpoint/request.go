package endpoint

import (
	"bytes"
	"encoding/json"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// RequestBody joins the options of a request with the filter that keeps
// servers outside the scope silent. Servers before 2.12 ignore exact_match and
// match part of a name, so their answers are filtered again.
func RequestBody(options any, scope fleet.Scope) ([]byte, error) {
	opts, err := Object(options)
	if err != nil {
		return nil, err
	}
	if scope.IsZero() {
		return opts, nil
	}
	f := server.EventFilterOptions{
		Cluster: scope.Cluster, Host: scope.Host, Tags: scope.Tags,
		ExactMatch: true,
	}
	if !IsServerID(scope.Name) {
		f.Name = scope.Name
	}
	filter, err := Object(f)
	if err != nil {
		return nil, err
	}
	return joinObjects(opts, filter), nil
}

// Object marshals v; nil gives no bytes.
func Object(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}

// joinObjects merges two JSON objects; either may be empty.
func joinObjects(a, b []byte) []byte {
	a, b = bytes.TrimSpace(a), bytes.TrimSpace(b)
	switch {
	case len(a) <= len("{}"):
		return b
	case len(b) <= len("{}"):
		return a
	}
	out := append(make([]byte, 0, len(a)+len(b)), a[:len(a)-1]...)
	out = append(out, ',')
	return append(out, b[1:]...)
}

// IsServerID reports whether s is a server's public key (56 base32 characters,
// the first an N) and not a name.
func IsServerID(s string) bool {
	if len(s) != 56 || s[0] != 'N' {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

func connzBody(w fleet.Want, p Page) any {
	o := server.ConnzOptions{
		Username: true, Offset: p.Offset, Limit: p.Limit,
		User: w.Conns.User, Account: w.Conns.Account, FilterSubject: w.Conns.Subject,
		Subscriptions: w.Conns.Subscriptions,
	}
	switch w.Conns.State {
	case "closed":
		o.State = server.ConnClosed
	case "all":
		o.State = server.ConnAll
	}
	if OnePage(w.Conns) {
		o.Sort = server.SortOpt(w.Conns.Sort)
	}
	return o
}

func jszBody(w fleet.Want, p Page) any {
	j := w.JS
	streams := j.Streams || j.Consumers || j.Config
	return server.JSzOptions{
		Account: j.Account, Accounts: streams && j.Account == "",
		Streams: streams, Consumer: j.Consumers, Config: j.Config, RaftGroups: j.Raft,
		StreamLeaderOnly: streams && !j.AllReplicas,
		Offset:           p.Offset, Limit: p.Limit,
	}
}

// accountStatzBody requests unused accounts too, since a server without used
// ones would otherwise not answer at all.
func accountStatzBody(fleet.Want, Page) any {
	return server.AccountStatzOptions{IncludeUnused: true}
}

// accountzBody requests the details of one account if one is wanted.
func accountzBody(w fleet.Want, _ Page) any {
	if w.Account == "" {
		return nil
	}
	return server.AccountzOptions{Account: w.Account}
}

// raftzBody requests the groups of one account: the system account on the first
// page, the wanted ones on the following pages.
func raftzBody(w fleet.Want, p Page) any {
	if p.Offset == 0 {
		return nil
	}
	return server.RaftzOptions{AccountFilter: w.RaftAccounts[p.Offset-1]}
}

// healthzBody requests every reason for being unhealthy, not only the first.
func healthzBody(fleet.Want, Page) any { return server.HealthzOptions{Details: true} }
