package tui

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// eventsSpec is the page of the events.
func eventsSpec() *spec {
	return &spec{
		kind: eventsPage, digit: "6", title: "Events", short: "Events", open: openEvent,
		modes: []mode{{
			name: "events", sort: "", sheet: eventSheet, above: eventLine, below: eventPanel, panel: 7,
			empty: noEvents,
			first: []string{"time", "kind", "who", "why", "server", "account", "cluster"},
		}},
	}
}

// eventSheet is the newest events first, those of the page's object alone.
func eventSheet(m *Model, p *page) sheet {
	rows := m.st.Events
	s := p.scope
	if m.severity > 0 || m.kind != "" || s != (ref{}) {
		rows = live.Filter(rows, func(r *live.EventRow) bool {
			return r.Level.Compare(m.leastLevel()) >= 0 && (m.kind == "" || m.kind == r.Kind) && m.concerns(s, r)
		})
	}
	if m.grouped {
		rows = live.FoldEvents(rows)
	}
	newest := make([]*live.EventRow, len(rows))
	for i, r := range rows {
		newest[len(rows)-1-i] = r
	}
	if m.following {
		p.list().cursor, p.list().at = "", 0
	}
	return &rowsOf[*live.EventRow]{
		cols: live.EventColumns(), dress: m.eventDress(), rows: newest,
		name:  func(r *live.EventRow) string { return strconv.Itoa(r.Seq) },
		judge: func(r *live.EventRow) view.Level { return r.Level },
		refer: func(r *live.EventRow) ref {
			return ref{title: r.Title(), server: r.Server, cluster: r.Cluster, account: r.Account, who: r.Client(), stream: r.Stream()}
		},
		json: func(r *live.EventRow) any { return r.Event },
	}
}

// noEvents tells that nothing happened from that what happened is hidden.
func noEvents(m *Model, p *page) string {
	switch all := len(m.st.Events); {
	case all == 0:
		return "nothing happened since the dashboard started"
	case m.kind != "" || m.severity > 0:
		return fmt.Sprintf("none of %s has this type and severity   T and v choose others", live.Plural(all, "event"))
	default:
		return fmt.Sprintf("none of %s is of %s", live.Plural(all, "event"), p.scope)
	}
}

// openTypes chooses among the types of event that came.
func (m *Model) openTypes() {
	if m.st == nil {
		return
	}
	count := map[fleet.EventKind]int{}
	for _, e := range m.st.Events {
		count[e.Kind] += e.Times
	}
	kinds := append([]fleet.EventKind{""}, slices.Sorted(maps.Keys(count))...)
	p := &picker{title: "events shown"}
	for i, k := range kinds {
		it := pick{live.KindText(k), view.Count.Format(count[k])}
		if k == "" {
			it = pick{"all", view.Count.Format(len(m.st.Events))}
		}
		if k == m.kind {
			p.at = i
		}
		p.items = append(p.items, it)
	}
	p.take = func(m *Model, i int) tea.Cmd {
		m.kind = kinds[i]
		m.touch()
		return nil
	}
	m.overlay = p
}

// openEvent goes to what the event is about: the connections of its client, its
// stream or its server.
func openEvent(m *Model, p *page, r ref) {
	if r.who != "" {
		m.follow(connsPage)
		return
	}
	if r.stream != "" {
		m.push(jetStreamPage, ref{}).list().filter = fmt.Sprintf("stream=%q", r.stream)
		return
	}
	if r.server != "" && serverAt(m.st, r) != nil {
		openServer(m, p, r)
		return
	}
	m.openObject()
}

// eventLine is how often events come, and how many are kept.
func eventLine(m *Model, _ *page, a cell.Area) int {
	x := 1
	for i, name := range m.st.EventRates.Names {
		if name == "" || x > a.W-20 {
			continue
		}
		x = a.Write(x, 0, name+" ", cell.Muted)
		x = a.Write(x, 0, view.PerSec.Format(m.st.EventRates.PerSec[i])+"/s ", cell.Plain)
		if a.W >= 100 {
			x = a.Write(x, 0, sparkText(m.st.EventRates.Curves[i], 8), cell.Chart)
		}
		x += 2
	}
	text := view.Count.Format(len(m.st.Events)) + " kept"
	if m.st.Dropped > 0 {
		text += fmt.Sprintf(", %s dropped", view.Count.Format(m.st.Dropped))
	}
	if m.following {
		text = "following   " + text
	}
	if x+cell.Width(text)+2 < a.W {
		a.Right(a.W-2, 0, text, cell.Muted)
	}
	return 1
}

// eventPanel is the event under the cursor as it was published.
func eventPanel(_ *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[*live.EventRow])
	if !ok {
		return
	}
	r := rows.rows[row]
	body := ""
	if len(r.Body) > 0 {
		var v any
		if json.Unmarshal(r.Body, &v) == nil {
			if flat, err := json.Marshal(v); err == nil {
				body = string(flat)
			}
		}
	}
	first := r.Time.UTC().Format("2006-01-02 15:04:05.000Z")
	if r.Derived {
		first += "   derived by comparing two answers"
	} else if r.Subject != "" {
		first += "   " + r.Subject
	}
	a.Write(0, 0, first, cell.Muted)
	y := 1
	if r.Why != "" {
		a.Write(0, y, r.Why, cell.OfLevel(r.Level))
		y++
	}
	for _, l := range wrapAnywhere(view.Text(body), a.W) {
		if y < a.H {
			a.Write(0, y, l, cell.Plain)
			y++
		}
	}
}

// wrapAnywhere breaks text into pieces of w cells.
func wrapAnywhere(text string, w int) []string {
	var out []string
	runes := []rune(text)
	for len(runes) > 0 {
		n := min(w, len(runes))
		out = append(out, string(runes[:n]))
		runes = runes[n:]
	}
	return out
}

// eventDress is what the page adds to the columns of the events.
func (m *Model) eventDress() map[string]dress[*live.EventRow] {
	return map[string]dress[*live.EventRow]{
		"kind":    {text: (*live.EventRow).Title, level: func(r *live.EventRow) view.Level { return r.Level }},
		"why":     {text: (*live.EventRow).Text},
		"account": {text: func(r *live.EventRow) string { return m.st.AccountLabel(r.Account) }},
	}
}
