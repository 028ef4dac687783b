package tui

import (
	"time"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
)

// spans are the time windows of the graphs.
var spans = [...]time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute, time.Hour}

// NewModel returns the screen of a dashboard. Send sends orders to the collector;
// if nil, they are dropped.
func NewModel(opt Options, send func(live.Order) bool) *Model {
	if send == nil {
		send = func(live.Order) bool { return true }
	}
	m := &Model{
		Context: page.NewContext(opt.Dots, spans[2]), opt: opt, look: opt.Look, palette: cell.NewPalette(opt.Look), grid: cell.New(0, 0),
		specs: page.All(), roots: map[page.Kind]*page.Page{}, send: send, binds: binds, whyNot: whyNot,
	}
	m.Wide, m.mouse, m.Columns, m.HideOwn = opt.Wide, opt.Mouse, opt.Columns, opt.HideOwn
	m.commands = commands(m.specs)
	m.stack = []*page.Page{m.root(page.Topology)}
	startPage(m)
	return m
}

// startPage opens the page from the options.
func startPage(m *Model) {
	if m.opt.Page != "" {
		runCommand(m, m.opt.Page)
	}
	l := m.cur().List()
	if m.opt.Sort != "" {
		l.Sort = m.opt.Sort
		if full, err := m.cur().SortColumn(m.opt.Sort); err == nil {
			l.Sort = full
		}
	}
	l.Filter, l.Faults = m.opt.Filter, m.opt.Faults
	m.past, m.history = nil, nil
}
