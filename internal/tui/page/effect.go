package page

import (
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// Effect is what a key on a page requests from the screen. The zero value requests
// nothing.
type Effect struct {
	Open     *Target // another page on top of this one
	Selected bool    // the JSON of the selected object
	Title    string  // of Json
	Json     any     // an object to show as JSON; nil: none
	Follow   Kind    // the page of what belongs to the selected object; empty: none
	Root     Kind    // the page behind a tab; empty: none
	Notice   string  // one line until the next key
	Order    live.Order
	Choose   *Choice
	List     *widget.Scroller // lines to read
}

// Target is a page to open, and the position on it.
type Target struct {
	Kind   Kind
	Scope  widget.Ref
	mode   string // empty: the first
	filter string
	cursor string // key of the row to select; empty: the first
}

// Choice is a short list to choose from.
type Choice struct {
	Title string
	Items []widget.Item
	At    int
	Take  func(i int) Effect
}

// Key is a key binding of a page: its text in the help and on the last line, when
// it is active, and what it does.
type Key struct {
	Keys        []string // as bubbletea names them
	Shown, Help string
	Hint        string // on the last line; empty: not there
	When        func(ctx *Context) bool
	Do          func(ctx *Context, p *Page) Effect
}

// Jump is a page that shows what belongs to the selected object, with its text on
// the last line; empty: not shown there.
type Jump struct {
	To   Kind
	Hint string
}

// openPage returns the effect that opens another page.
func openPage(kind Kind, scope widget.Ref) Effect {
	return Effect{Open: &Target{Kind: kind, Scope: scope}}
}

// openServer returns the effect that opens the page of a server.
func openServer(r widget.Ref) Effect {
	return openPage(Server, widget.Ref{Server: r.Server, ServerID: r.ServerID, Cluster: r.Cluster})
}

// openLink returns the effect that opens the links with one selected.
func openLink(r widget.Ref) Effect {
	return Effect{Open: &Target{Kind: Topology, mode: "links", Scope: widget.Ref{Server: r.Server, ServerID: r.ServerID, Cluster: r.Cluster}, cursor: r.Link}}
}

// notify returns the effect that shows a message on the notice line.
func notify(text string) Effect { return Effect{Notice: text} }
