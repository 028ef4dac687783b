package page

import (
	"cmp"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// Follow returns the page of what belongs to the selected object, or false if
// nothing there belongs to it.
func (p *Page) Follow(ctx *Context, kind Kind) (Target, bool) {
	r, ok := p.Selected()
	if !ok {
		return Target{}, true
	}
	t := Target{Kind: kind, Scope: belonging(ctx, kind, r)}
	if kind == Topology {
		t.mode, t.cursor = "links", t.Scope.Link
	}
	return t, t.Scope != (widget.Ref{})
}

// belonging returns the scope of a page for an object: connections of its client,
// account or server, streams of its account or server, links of its server or
// cluster, and events that match all that is known of it.
func belonging(ctx *Context, kind Kind, r widget.Ref) widget.Ref {
	account := widget.Ref{Account: ctx.State.AccountKey(r.Account), Title: ctx.State.AccountLabel(r.Account)}
	on := widget.Ref{Server: r.Server, ServerID: r.ServerID, Cluster: r.Cluster}
	switch {
	case kind == Events:
		return r
	case kind == Topology:
		on.Link = r.Link
		return on
	case kind == Connections && r.Client != "":
		return widget.Ref{Title: "client " + r.Client, Client: r.Client}
	case r.Account != "" && (kind == JetStream || r.Stream != "" || r.Server == ""):
		return account
	case kind == JetStream:
		return on
	}
	on.Account = account.Account
	return on
}

// inScope reports whether a connection is in the scope of a page.
func inScope(s widget.Ref, r *fleet.ConnRow) bool {
	on := r.Server.Info
	switch {
	case s.Client != "":
		return r.Info.Name == s.Client
	case s.Account != "" && s.Account != r.Info.Account:
		return false
	case s.ServerID != "":
		return s.ServerID == on.ID
	case s.Server != "":
		return s.Server == on.Name && (s.Cluster == "" || s.Cluster == on.Cluster)
	}
	return s.Cluster == "" || s.Cluster == on.Cluster
}

// holds reports whether a stream is in the scope of a page: an account, or a
// server that leads it or has a replica of it.
func holds(ctx *Context, s widget.Ref, r *live.StreamRow) bool {
	if !ctx.State.SameAccount(s.Account, r.AccountID) {
		return false
	}
	for _, p := range r.Peers {
		if p.Name == s.Server {
			return true
		}
	}
	if s.Server == "" && s.Cluster != "" {
		leader := ctx.State.Server("", s.Cluster, r.Leader)
		return leader != nil && leader.Cluster == s.Cluster
	}
	return s.Server == "" || s.Server == r.Leader
}

// Concerns reports whether an event is in the scope of a page.
func Concerns(ctx *Context, s widget.Ref, e *live.EventRow) bool {
	named := func(name string) bool {
		if e.Server == name && s.Cluster != "" && e.Cluster != "" && s.Cluster != e.Cluster {
			return false // of the same name in another cluster
		}
		return name == e.Server || strings.Contains(e.Who, name)
	}
	switch {
	case s == (widget.Ref{}):
		return true
	case s.Client != "":
		return e.Client() == s.Client
	case s.CID != 0:
		return e.Where != "" && e.Where == s.Address
	case s.Consumer != "":
		return strings.HasSuffix(e.Who, s.Stream+" > "+s.Consumer) && ctx.State.SameAccount(e.Account, cmp.Or(s.Account, e.Account))
	case s.Stream != "":
		return (strings.HasSuffix(e.Who, " "+s.Stream) || strings.Contains(e.Who, " "+s.Stream+" > ")) && ctx.State.SameAccount(e.Account, cmp.Or(s.Account, e.Account))
	case !ctx.State.SameAccount(s.Account, e.Account):
		return false
	case s.Link != "":
		from, to := endsOf(ctx, s.Link)
		return from != "" && named(from) && (to == "" || strings.Contains(e.Who, to)) || e.Kind == fleet.EventServerDown && (e.Server == from || e.Server == to)
	case s.Server != "":
		return named(s.Server)
	}
	return s.Cluster == "" || s.Cluster == e.Cluster
}

// endsOf returns the names of both ends of a link.
func endsOf(ctx *Context, link string) (from, to string) {
	for _, l := range ctx.State.Links {
		if l.Edge.Key() == link {
			return l.Edge.FromName, l.To()
		}
	}
	return "", ""
}
