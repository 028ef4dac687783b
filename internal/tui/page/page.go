package page

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// Kind is the name of a page on the command line and in its JSON.
type Kind string

// The pages that other pages open.
const (
	Topology    Kind = "topology"
	Servers     Kind = "servers"
	Connections Kind = "conns"
	Accounts    Kind = "accounts"
	JetStream   Kind = "jetstream"
	Events      Kind = "events"
	Alerts      Kind = "alerts"
	Server      Kind = "server"    // one server
	Consumers   Kind = "consumers" // of one stream
	Object      Kind = "object"    // the JSON of an object
	OwnAccount  Kind = "account"   // of a user outside the system account
)

// Page is an open page: its mode, scope and scroll position.
type Page struct {
	Spec   *Spec
	mode   int
	Scope  widget.Ref // restricts the rows to one object's; zero: all
	lists  map[int]*widget.List
	object any // of an object page
	text   []string
	Scroll int
	across int // columns of a drawing that are scrolled past
	Search string
	paned  paned
	Drawn  widget.Layout
	aside  *cell.Grid // for measuring
}

// Spec defines a page: one row of the table of pages.
type Spec struct {
	Kind   Kind
	Names  []string // other names on the command line
	Help   string   // of the command that opens it; empty: no command
	Digit  string   // of its tab; empty: no tab
	Title  string
	Short  string
	System bool // only for users of the system account
	Own    bool // only for other users
	Modes  []Mode
	needs  live.Demand // of every mode
	Jumps  []Jump
	Keys   []Key
	open   func(ctx *Context, p *Page, r widget.Ref) Effect       // Enter on a row
	demand func(ctx *Context, p *Page, d live.Demand) live.Demand // requests that depend on the rows; nil: none
}

// Mode is one way to show a page; v goes to the next.
type Mode struct {
	Name   string
	Names  []string // other names on the command line
	help   string   // next to the names of the modes
	About  string   // of the command that opens it; empty: no command
	title  string   // in the breadcrumb line; empty: the page's
	sort   string
	first  []string // columns, most important first
	sheet  func(ctx *Context, p *Page) widget.Sheet
	draw   func(ctx *Context, p *Page, a cell.Area)          // instead of a table
	panes  func(ctx *Context, p *Page) []pane                // of draw
	above  func(ctx *Context, p *Page, a cell.Area) int      // lines above the table; returns the number used
	below  func(ctx *Context, p *Page, row int, a cell.Area) // the panel of the selected row
	panel  int                                               // rows of the panel on a tall screen
	fill   func(ctx *Context, a cell.Area)                   // the unused rows between the table and the panel
	empty  func(ctx *Context, p *Page) string                // the message when there are no rows
	always bool                                              // the rows change with every state, not only with answers
	demand live.Demand
}

// New opens a page in its first mode.
func New(sp *Spec, scope widget.Ref) *Page {
	return &Page{Spec: sp, Scope: scope, lists: map[int]*widget.List{}}
}

// Current returns the page's current mode.
func (p *Page) Current() *Mode {
	modes := p.Spec.Modes
	return &modes[p.mode%len(modes)]
}

// HasRows reports whether the page shows a table.
func (p *Page) HasRows() bool { return p.Current().sheet != nil }

// List returns the list of the current mode.
func (p *Page) List() *widget.List {
	l := p.lists[p.mode]
	if l == nil {
		l = widget.NewList(p.Current().sort)
		p.lists[p.mode] = l
	}
	return l
}

// SetMode switches the page to the mode with this name.
func (p *Page) SetMode(name string) {
	for i, mo := range p.Spec.Modes {
		if mo.Name == name {
			p.mode = i
		}
	}
}

// NextMode moves by that many modes, forward or back.
func (p *Page) NextMode(by int) {
	n := len(p.Spec.Modes)
	p.mode = (p.mode + by + n) % n
}

// Demand returns what the page needs from the fleet.
func (p *Page) Demand(ctx *Context) live.Demand {
	d := p.Spec.needs
	own := p.Current().demand
	d.Needs = append(d.Needs[:len(d.Needs):len(d.Needs)], own.Needs...)
	d.Conns, d.JS = own.Conns, own.JS
	if p.Spec.demand != nil {
		d = p.Spec.demand(ctx, p, d)
	}
	return d
}

// Crumbs returns the page's part of the breadcrumb line.
func (p *Page) Crumbs() string {
	scope := p.Scope.String()
	if scope != "" && p.Spec.Digit == "" {
		return scope
	}
	parts := []string{p.Spec.Title}
	switch mo := p.Current(); {
	case mo.title != "":
		parts[0] = mo.title
	case p.mode > 0 && mo.Name != "":
		parts = append(parts, mo.Name)
	}
	if scope != "" {
		parts = append(parts, scope)
	}
	return strings.Join(parts, " › ")
}

// Selected returns a reference to the selected object, or to the page's object if
// it has no rows.
func (p *Page) Selected() (widget.Ref, bool) {
	if !p.HasRows() {
		return p.Scope, p.Scope != (widget.Ref{})
	}
	l := p.List()
	row, ok := l.Selected()
	if !ok {
		return widget.Ref{}, false
	}
	return l.Sheet.Ref(row), true
}

// Refresh rebuilds the rows if the state or a toggle changed.
func (p *Page) Refresh(ctx *Context) {
	if !ctx.Answered() || !p.HasRows() {
		return
	}
	l := p.List()
	from := widget.Origin{Data: ctx.State.Data, Stamp: ctx.stamp}
	if p.Current().always {
		from.Now = ctx.State
	}
	if l.Sheet != nil && l.From == from {
		return
	}
	l.From = from
	l.Know(ctx.State.Names.Expand, len(ctx.State.Names))
	l.Load(p.Current().sheet(ctx, p))
}

// FindServer returns the server of a page or a row, or nil if there is none.
func FindServer(st *live.State, r widget.Ref) *live.ServerRow {
	return st.Server(r.ServerID, r.Cluster, r.Server)
}

// Enter opens the selected row, or the chosen line of a pane.
func (p *Page) Enter(ctx *Context) Effect {
	if p.Spec.open == nil {
		return Effect{}
	}
	if r, ok := p.Selected(); ok {
		return p.Spec.open(ctx, p, r)
	}
	return Effect{}
}

// GoTo applies the target's mode, filter and cursor to the page.
func (p *Page) GoTo(t Target) {
	if t.mode != "" {
		p.SetMode(t.mode)
	}
	l := p.List()
	if t.filter != "" {
		l.Filter = t.filter
	}
	if t.cursor != "" {
		l.Cursor, l.Moved = t.cursor, true
	}
}

// Click handles a click in the table: it selects a row, or sorts by a heading. It
// returns true if the row was already selected, so that the click opens it.
func (p *Page) Click(x, y int) (opens bool) {
	if !p.HasRows() {
		return false
	}
	l := p.List()
	switch at := y - p.Drawn.FirstRow; {
	case at == -1:
		for _, c := range p.Drawn.Cols {
			if x >= c.From && x < c.To {
				l.SortBy(c.Name)
			}
		}
	case at >= 0 && at < p.Drawn.Rows:
		if l.Top+at == l.At {
			return true
		}
		l.Step(l.Top + at - l.At)
	}
	return false
}

// Undo clears the search, the pane focus, the filter or faults only, whichever is
// set first in this order. It returns false if none is set.
func (p *Page) Undo() bool {
	switch l := p.List(); {
	case p.Search != "":
		p.Search = ""
	case p.paned.focus > 0:
		p.paned = paned{}
	case l.Filter != "":
		l.SetFilter("")
		l.Arrange()
	case l.Faults:
		l.Faults = false
		l.Arrange()
	default:
		return false
	}
	return true
}

// ScrollAcross scrolls horizontally; the first column stays.
func (p *Page) ScrollAcross(by int) {
	if !p.HasRows() {
		p.across = max(p.across+by, 0)
		return
	}
	l := p.List()
	l.Across = max(min(l.Across+by, len(l.Heads)-2), 0)
}

// Resized makes the tables recompute their widths.
func (p *Page) Resized() {
	for _, l := range p.lists {
		clear(l.Widths)
		l.Top = 0
	}
}
