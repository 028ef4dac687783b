package page

import (
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// Effect is what a key on a page asks of the screen around it. The zero value
// asks for nothing.
type Effect struct {
	Open     *Target // another page over this one
	Selected bool    // the JSON of the selected object
	Title    string  // of json
	Json     any     // an object to show as JSON; nil: none
	Follow   Kind    // the page of what belongs to the selected object; empty: none
	Root     Kind    // the page behind a tab; empty: none
	Say      string  // one line until the next key
	Order    live.Order
	Choose   *Choice
	List     *widget.Scroller // lines to read
}

// Target is a page to open, and where to be on it.
type Target struct {
	Kind   Kind
	Scope  widget.Ref
	mode   string // empty: the first
	filter string
	cursor string // key of the row to select; empty: the first
}

// Choice is one of a few lines to choose.
type Choice struct {
	Title string
	Items []widget.Item
	At    int
	Take  func(i int) Effect
}

// Key is one key of a page: what the help and the last line say of it, when it
// works, and what it does.
type Key struct {
	Keys        []string // as bubbletea names them
	Shown, Help string
	Hint        string // on the last line; empty: not there
	When        func(ctx *Context) bool
	Do          func(ctx *Context, p *Page) Effect
}

// Jump is a page that shows what belongs to the selected object, with the words
// of the last line; empty: it is not there.
type Jump struct {
	To   Kind
	Hint string
}

// openPage is the effect of opening another page.
func openPage(kind Kind, scope widget.Ref) Effect {
	return Effect{Open: &Target{Kind: kind, Scope: scope}}
}

// openServer opens the page of a server.
func openServer(r widget.Ref) Effect {
	return openPage(Server, widget.Ref{Server: r.Server, ServerID: r.ServerID, Cluster: r.Cluster})
}

// openLink opens the links at one of them.
func openLink(r widget.Ref) Effect {
	return Effect{Open: &Target{Kind: Topology, mode: "links", Scope: widget.Ref{Server: r.Server, ServerID: r.ServerID, Cluster: r.Cluster}, cursor: r.Link}}
}

// say is the effect of saying something on the line.
func say(text string) Effect { return Effect{Say: text} }
