package tui

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// alertsSpec is the page of the alerts.
func alertsSpec() *spec {
	return &spec{
		kind: alertsPage, digit: "7", title: "Alerts", short: "Alerts", open: openAlert,
		needs: Demand{needs: topoNeeds.needs},
		modes: []mode{{
			name: "alerts", sort: "state", sheet: alertSheet, above: alertLine, below: alertPanel, panel: 7, fill: happened,
			empty: func(*Model, *page) string { return "● no alert: every check passes on what was asked so far" },
			first: []string{"check", "since_seconds", "object", "what", "state", "value", "limit"},
		}},
	}
}

func alertSheet(m *Model, _ *page) sheet {
	return &rowsOf[alr]{
		cols: alertColumns, rows: m.alerts(),
		name:  func(r alr) string { return r.key },
		judge: func(r alr) view.Level { return r.shown() },
		refer: m.aboutOf,
		json:  func(r alr) any { return r.json() },
	}
}

// json is the alert for programs.
func (r *alertRow) json() any {
	return map[string]any{
		"check": r.rule, "object": r.object, "level": r.level.String(), "state": alertStates[r.state], "since": r.since,
		"value": r.value, "limit": r.limit, "what": r.text, "why": r.why, "impact": r.impact, "next": r.next,
	}
}

// aboutOf names what an alert is about, as far as something opens from it.
func (m *Model) aboutOf(r alr) ref {
	out := ref{title: r.rule + " " + r.object}
	for _, l := range m.st.Links {
		if l.e.FromName+" - "+l.e.ToName == r.about {
			out.server, out.link = l.e.FromName, l.e.Key()
			return out
		}
	}
	switch r.rule {
	case "streams", "stream-limits":
		out.stream, out.account = r.about, r.where
		return out
	case "consumers":
		out.account, out.stream, _ = strings.Cut(r.where, " ")
		out.consumer = r.about
		return out
	}
	name, _, _ := strings.Cut(r.about, " ")
	for _, name := range []string{r.about, name, r.where} {
		if s := m.st.server("", r.where, name); s != nil {
			out.server, out.serverID, out.cluster = s.name, s.id, s.cluster
			return out
		}
	}
	return out
}

// openAlert goes to what the alert is about.
func openAlert(m *Model, p *page, r ref) {
	switch {
	case r.link != "":
		m.openLink(r)
	case r.consumer != "":
		m.push(jetStreamPage, ref{})
		m.setMode("consumers")
		m.cur().list().filter = fmt.Sprintf("consumer=%q and stream=%q and account=%q", r.consumer, r.stream, r.account)
	case r.stream != "":
		m.push(jetStreamPage, ref{})
		m.cur().list().filter = fmt.Sprintf("stream=%q and account=%q", r.stream, r.account)
	case r.server != "":
		openServer(m, p, r)
	default:
		m.openObject()
	}
}

// openLink opens the links at one of them.
func (m *Model) openLink(r ref) {
	m.push(topoPage, ref{server: r.server, serverID: r.serverID})
	m.setMode("links")
	l := m.cur().list()
	l.cursor, l.moved = r.link, true
}

// alertLine counts the alerts by what became of them.
func alertLine(m *Model, _ *page, a cell.Area) int {
	var n [len(alertStates)]int
	for _, r := range m.alerts() {
		n[r.state]++
	}
	x := 1
	for i, name := range alertStates {
		style := cell.Style(cell.Plain)
		if alertState(i) == firing && n[i] > 0 {
			style = cell.Danger
		}
		x = a.Write(x, 0, fmt.Sprintf("%s %d", name, n[i]), style) + 3
	}
	return 1
}

// alertPanel says why the alert fires, what it means, and what to do next.
func alertPanel(_ *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[alr])
	if !ok {
		return
	}
	r := rows.rows[row]
	var t prose
	t.say("what", r.text, cell.Plain)
	t.say("why", r.why, cell.Plain)
	t.say("impact", r.impact, cell.Plain)
	t.say("next", r.next, cell.Plain)
	since := sinceText(r.now, r.since)
	if r.polls > 0 {
		since += fmt.Sprintf(", in %s", plural(r.polls, "answer"))
	}
	if r.flaps > 0 {
		since += ", came back " + plural(r.flaps, "time")
	}
	t.say("since", strings.TrimPrefix(since, "since "), cell.Plain)
	if r.note != "" {
		t.say(alertStates[r.state], r.note, cell.Plain)
	}
	t.draw(a)
}
