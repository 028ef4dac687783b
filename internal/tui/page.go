package tui

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// pageKind names a page.
type pageKind int

const (
	topoPage pageKind = iota
	serversPage
	connsPage
	accountsPage
	jetStreamPage
	eventsPage
	alertsPage
	serverPage // one server
	consumersPage
	objectPage // the JSON of an object
	ownPage    // the account of a user outside the system account
	pageKinds
)

// where is a set of pages, for the key table.
type where uint32

func on(kinds ...pageKind) where {
	var w where
	for _, k := range kinds {
		w |= 1 << k
	}
	return w
}

func (w where) has(k pageKind) bool { return w == 0 || w&(1<<k) != 0 }

// page is one open page: what it shows, of what, and how it is scrolled.
type page struct {
	spec   *spec
	mode   int
	scope  ref // narrows the rows to one object's; zero: all
	lists  map[int]*list
	object any // of an object page
	text   []string
	scroll int
	across int // columns of a drawing that are left out
	search string
	paned  paned
}

// mode is one way to show a page; `v` goes to the next.
type mode struct {
	name   string
	help   string
	sort   string
	first  []string // columns by importance
	sheet  func(m *Model, p *page) sheet
	draw   func(m *Model, p *page, a cell.Area)          // in place of a table
	panes  func(m *Model, p *page) []pane                // of draw
	above  func(m *Model, p *page, a cell.Area) int      // lines over the table; returns how many it used
	below  func(m *Model, p *page, row int, a cell.Area) // the panel of the selected row
	panel  int                                           // rows of the panel on a tall screen
	fill   func(m *Model, a cell.Area)                   // the rows between the table and the panel that are left over
	empty  func(m *Model, p *page) string                // what to say when there are no rows at all
	demand live.Demand
}

// spec is one row of the table of pages.
type spec struct {
	kind  pageKind
	digit string
	title string
	short string
	modes []mode
	open  func(m *Model, p *page, r ref) // Enter on a row
	needs live.Demand                    // of every mode
}

// newPage opens a page in its first mode.
func newPage(sp *spec, scope ref) *page {
	return &page{spec: sp, scope: scope, lists: map[int]*list{}}
}

// current is the mode that the page shows.
func (p *page) current() *mode {
	modes := p.spec.modes
	return &modes[p.mode%len(modes)]
}

// list is the list of the mode that the page shows.
func (p *page) list() *list {
	l := p.lists[p.mode]
	if l == nil {
		l = newList(p.current().sort)
		p.lists[p.mode] = l
	}
	return l
}

// demand is what the page needs from the fleet.
func (p *page) demand() live.Demand {
	d := p.spec.needs
	own := p.current().demand
	d.Needs = append(d.Needs[:len(d.Needs):len(d.Needs)], own.Needs...)
	d.Conns, d.JS = own.Conns, own.JS
	if p.spec.kind == connsPage && p.scope.account != "" {
		d.Conns.Account = p.scope.account
	}
	return d
}

// crumbs is the page's part of the breadcrumb line.
func (p *page) crumbs() string {
	if s := p.scope.String(); s != "" && p.spec.digit == "" {
		return s
	}
	parts := []string{p.spec.title}
	switch {
	case p.spec.kind == topoPage && p.current().name == "links":
		parts[0] = "Links"
	case p.mode > 0 && p.current().name != "" && p.spec.kind != topoPage:
		parts = append(parts, p.current().name)
	}
	if s := p.scope.String(); s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, " › ")
}

// String names the object that a page is narrowed to.
func (r ref) String() string {
	switch {
	case r.title != "":
		return r.title
	case r.consumer != "":
		return r.stream + "/" + r.consumer
	case r.stream != "":
		return r.stream
	case r.cid != 0:
		return fmt.Sprintf("%s cid %d", r.server, r.cid)
	case r.server != "":
		return r.server
	case r.account != "":
		return r.account
	}
	return r.cluster
}

// specs is the table of pages; those with a digit are the tabs.
func specs() []*spec {
	return []*spec{
		topoSpec(), ownSpec(), serversSpec(), connsSpec(), accountsSpec(), jetStreamSpec(), eventsSpec(), alertsSpec(),
		serverSpec(), consumersSpec(), objectSpec(),
	}
}

// serverAt is the server of a page or a row; nil: it is not there.
func serverAt(st *live.State, r ref) *live.ServerRow {
	return st.Server(r.serverID, r.cluster, r.server)
}
