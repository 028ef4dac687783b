package page

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// Kind names a page, as the command line and the JSON of a page do.
type Kind string

// The pages that others open.
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

// Page is one open page: what it shows, of what, and how it is scrolled.
type Page struct {
	Spec   *Spec
	mode   int
	Scope  widget.Ref // narrows the rows to one object's; zero: all
	lists  map[int]*widget.List
	object any // of an object page
	text   []string
	Scroll int
	across int // columns of a drawing that are left out
	Search string
	paned  paned
	Drawn  widget.Layout
	aside  *cell.Grid // for measuring
}

// Spec is what makes a page: one row of the table of pages.
type Spec struct {
	Kind   Kind
	Names  []string // other names on the command line
	Help   string   // of the command that opens it; empty: none does
	Digit  string   // of its tab; empty: it has none
	Title  string
	Short  string
	System bool // only a user of the system account has it
	Own    bool // only the others have it
	Modes  []Mode
	needs  live.Demand // of every mode
	Jumps  []Jump
	Keys   []Key
	open   func(ctx *Context, p *Page, r widget.Ref) Effect       // Enter on a row
	demand func(ctx *Context, p *Page, d live.Demand) live.Demand // what depends on the rows; nil: nothing
}

// Mode is one way to show a page; v goes to the next.
type Mode struct {
	Name   string
	Names  []string // other names on the command line
	help   string   // beside the names of the modes
	About  string   // of the command that opens it; empty: none does
	title  string   // on the line of crumbs, in place of the page's; empty: the page's
	sort   string
	first  []string // columns by importance
	sheet  func(ctx *Context, p *Page) widget.Sheet
	draw   func(ctx *Context, p *Page, a cell.Area)          // in place of a table
	panes  func(ctx *Context, p *Page) []pane                // of draw
	above  func(ctx *Context, p *Page, a cell.Area) int      // lines over the table; returns how many it used
	below  func(ctx *Context, p *Page, row int, a cell.Area) // the panel of the selected row
	panel  int                                               // rows of the panel on a tall screen
	fill   func(ctx *Context, a cell.Area)                   // the rows between the table and the panel that are left over
	empty  func(ctx *Context, p *Page) string                // what to say when there are no rows at all
	always bool                                              // the rows change with every state, not only with answers
	demand live.Demand
}

// New opens a page in its first mode.
func New(sp *Spec, scope widget.Ref) *Page {
	return &Page{Spec: sp, Scope: scope, lists: map[int]*widget.List{}}
}

// Current is the mode that the page shows.
func (p *Page) Current() *Mode {
	modes := p.Spec.Modes
	return &modes[p.mode%len(modes)]
}

// HasRows tells whether the page shows a table.
func (p *Page) HasRows() bool { return p.Current().sheet != nil }

// List is the list of the mode that the page shows.
func (p *Page) List() *widget.List {
	l := p.lists[p.mode]
	if l == nil {
		l = widget.NewList(p.Current().sort)
		p.lists[p.mode] = l
	}
	return l
}

// SetMode shows the page in the mode with this name.
func (p *Page) SetMode(name string) {
	for i, mo := range p.Spec.Modes {
		if mo.Name == name {
			p.mode = i
		}
	}
}

// TurnMode shows the page in another mode, so many on.
func (p *Page) TurnMode(by int) {
	n := len(p.Spec.Modes)
	p.mode = (p.mode + by + n) % n
}

// Demand is what the page needs from the fleet.
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

// Crumbs is the page's part of the breadcrumb line.
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

// Selected names the object under the cursor, or the object of the page where
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

// Refresh makes the rows anew when the state or a switch changed.
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

// FindServer is the server of a page or a row; nil: it is not there.
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

// GoTo goes to where a target wants to be on the page.
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

// Click takes a click into the table: it selects a row, or sorts by a heading.
// True: the row was selected before, so that the click opens it.
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

// Undo takes back the search, the focus of a pane, the filter or faults only,
// the first of them that there is; false: there is none.
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

// ScrollAcross shows other columns; the first one stays.
func (p *Page) ScrollAcross(by int) {
	if !p.HasRows() {
		p.across = max(p.across+by, 0)
		return
	}
	l := p.List()
	l.Across = max(min(l.Across+by, len(l.Heads)-2), 0)
}

// Resized measures the tables anew.
func (p *Page) Resized() {
	for _, l := range p.lists {
		clear(l.Widths)
		l.Top = 0
	}
}
