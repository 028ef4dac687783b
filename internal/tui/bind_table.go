package tui

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"
)

// globalBinds are the keys that work everywhere.
func globalBinds() []bind {
	rows := []bind{
		press([]string{"enter"}, "Enter", "open", "open", lists|on(serverPage), (*Model).open),
		press([]string{"esc"}, "Esc", "clear the filter, then go back", "", 0, (*Model).escape),
		press([]string{"f"}, "f", "only what is faulty", "faults", lists, act((*Model).toggleFaults)),
		press([]string{"/"}, "/", "filter: words, !word, ~regex or an expression", "filter", 0, act((*Model).openFilter)),
		press([]string{":"}, ":", "command line; Tab completes", "command", 0, act((*Model).openCommand)),
		press([]string{"p"}, "p", "pause the screen; collecting goes on", "pause", 0, act((*Model).togglePause)),
		press([]string{"r"}, "r", "ask again now", "", 0, (*Model).askAgain),
		press([]string{"w"}, "w", "wide columns", "", lists, act(func(m *Model) { m.wide = !m.wide; m.touch() })),
		press([]string{"t"}, "t", "totals or rates", "", lists, act((*Model).toggleTotals)),
		press([]string{"y"}, "y", "JSON of the object", "json", lists|on(serverPage), act((*Model).openObject)),
		press([]string{"Y"}, "Y", "copy the object's JSON to the clipboard", "", 0, (*Model).copyObject),
		press([]string{"ctrl+s"}, "^S", "save what is on the screen", "save", 0, (*Model).saveNow),
		press([]string{"ctrl+e"}, "^E", "hide the header", "", 0, act(func(m *Model) { m.noHeader = !m.noHeader })),
		press([]string{"-"}, "-", "the page before; again comes back", "", 0, act((*Model).lastPage)),
		press([]string{"["}, "[", "back in the history", "", 0, act(func(m *Model) { m.travel(-1) })),
		press([]string{"]"}, "]", "forward in the history", "", 0, act(func(m *Model) { m.travel(+1) })),
		press([]string{"<"}, "<", "shorter time window of the graphs", "", 0, act(func(m *Model) { m.zoomTime(-1) })),
		press([]string{">"}, ">", "longer time window of the graphs", "", 0, act(func(m *Model) { m.zoomTime(+1) })),
		press([]string{"M"}, "M", "take or leave the mouse", "", 0, (*Model).toggleMouse),
		press([]string{"?"}, "?", "help for this page", "help", 0, act((*Model).openHelp)),
		press([]string{"ctrl+z"}, "^Z", "suspend; fg comes back", "", 0, func(*Model) tea.Cmd { return suspend }),
		press([]string{"q"}, "q", "back; at the root quit", "quit", 0, (*Model).backOrQuit),
		press([]string{"ctrl+c"}, "^C", "quit", "", 0, (*Model).quit),
	}
	for kind := range pageKind(7) {
		digit := fmt.Sprint(int(kind) + 1)
		rows = append(rows, press([]string{digit}, digit, "go to "+tabNames[kind], "", 0, act(func(m *Model) { m.goRoot(kind) })))
	}
	return rows
}

// tabNames are the pages behind the digits.
var tabNames = [...]string{"Topology", "Servers", "Connections", "Accounts", "JetStream", "Events", "Alerts"}

// tableBinds move in a table.
func tableBinds() []bind {
	by := func(n func(l *list) int) func(*Model) tea.Cmd {
		return act(func(m *Model) { m.moveBy(n(m.cur().list())) })
	}
	return []bind{
		press([]string{"up", "k"}, "↑ k", "up", "", 0, by(func(*list) int { return -1 })),
		press([]string{"down", "j"}, "↓ j", "down", "", 0, by(func(*list) int { return 1 })),
		press([]string{"pgup", "ctrl+b"}, "PgUp", "a page up", "", 0, by(func(l *list) int { return -max(l.height-1, 1) })),
		press([]string{"pgdown", "ctrl+f"}, "PgDn", "a page down", "", 0, by(func(l *list) int { return max(l.height-1, 1) })),
		press([]string{"home", "g"}, "g", "to the top", "", 0, by(func(*list) int { return -1 << 30 })),
		press([]string{"end", "G"}, "G", "to the bottom", "", 0, by(func(*list) int { return 1 << 30 })),
		press([]string{"left", "h"}, "← h", "columns to the left", "", lists, act(func(m *Model) { m.scrollAcross(-1) })),
		press([]string{"right", "l"}, "→ l", "columns to the right", "", lists, act(func(m *Model) { m.scrollAcross(+1) })),
		press([]string{"s"}, "s", "choose the sort column", "sort", lists, act((*Model).openSort)),
		press([]string{"S"}, "S", "reverse the sort", "", lists, act((*Model).reverseSort)),
		press([]string{"v"}, "v", "next way to show the page", "mode", on(topoPage, connsPage, jetStreamPage), act((*Model).nextMode)),
		press([]string{"z"}, "z", "more room for the panel under the table, or less", "", lists, act((*Model).zoomPane)),
		press([]string{" "}, "Space", "pin the row to the top", "", lists, act((*Model).pin)),
	}
}

// objectBinds go from the selected object to what belongs to it.
func objectBinds() []bind {
	to := func(key, help, hint string, kind pageKind, in where) bind {
		return press([]string{key}, key, help, hint, in, act(func(m *Model) { m.follow(kind) }))
	}
	return []bind{
		to("e", "events of the object", "", eventsPage, lists|on(serverPage)),
		to("c", "connections of the object: of its client, account or server", "conns", connsPage, on(topoPage, serversPage, accountsPage, serverPage)),
		to("c", "connections of the object: of its client, account or server", "", connsPage, on(jetStreamPage, consumersPage, eventsPage, alertsPage)),
		to("L", "links of the server or the cluster", "links", topoPage, on(topoPage, serversPage, serverPage, alertsPage, connsPage)).only((*Model).seesFleet),
		to("L", "links of the server or the cluster", "", topoPage, on(eventsPage, jetStreamPage)).only((*Model).seesFleet),
		to("J", "streams of the account, or on the server", "streams", jetStreamPage, on(accountsPage)),
		to("J", "streams of the account, or on the server", "", jetStreamPage, on(topoPage, serversPage, serverPage, connsPage, eventsPage, alertsPage, ownPage)),
		press([]string{"x"}, "x", "actions on the object", "actions", lists|on(serverPage), act((*Model).openActions)).only((*Model).mayAct),
	}
}

// pageBinds belong to one page.
func pageBinds() []bind {
	return []bind{
		press([]string{"left", "h"}, "←", "the server before", "", on(serverPage), act(func(m *Model) { m.neighbour(-1) })),
		press([]string{"tab"}, "Tab", "the next pane; ↑↓ choose a line of it, Enter opens it", "pane", on(serverPage), act(func(m *Model) { m.turnPane(+1) })),
		press([]string{"shift+tab"}, "S-Tab", "the pane before", "", on(serverPage), act(func(m *Model) { m.turnPane(-1) })),
		press([]string{"z"}, "z", "give the page to the pane, or take it back", "zoom", on(serverPage), act((*Model).zoomPane)),
		press([]string{"right", "l"}, "→", "the next server", "", on(serverPage), act(func(m *Model) { m.neighbour(+1) })),
		press([]string{"tab"}, "Tab", "next way to show the page", "", on(topoPage, connsPage, jetStreamPage), act((*Model).nextMode)),
		press([]string{"shift+tab"}, "S-Tab", "the way before", "", on(topoPage, connsPage, jetStreamPage), act((*Model).prevMode)),
		press([]string{"a"}, "a", "acknowledge the alert, or take it back", "ack", on(alertsPage), act(func(m *Model) { m.mark(live.Acknowledged) })),
		press([]string{"A"}, "A", "acknowledge all", "", on(alertsPage), act(func(m *Model) { m.marks.MarkFiring(m.st, live.Acknowledged); m.touch() })),
		press([]string{"m"}, "m", "mute the alert for an hour, or unmute it", "mute", on(alertsPage), act(func(m *Model) { m.mark(live.Muted) })),
		press([]string{"n"}, "n", "next alert that fires", "next", on(alertsPage), act((*Model).nextFiring)),
		press([]string{"F"}, "F", "follow the newest event", "follow", on(eventsPage), act((*Model).toggleFollow)),
		press([]string{"u"}, "u", "fold events that repeat", "fold", on(eventsPage), act(func(m *Model) { m.grouped = !m.grouped; m.touch() })),
		press([]string{"v"}, "v", "least severity shown", "severity", on(eventsPage), act((*Model).nextSeverity)),
		press([]string{"T"}, "T", "choose the type of event shown", "types", on(eventsPage), act((*Model).openTypes)),
		press([]string{"C"}, "C", "clear the events", "", on(eventsPage), act(func(m *Model) { m.send(live.ClearEvents) })),
		press([]string{"o"}, "o", "ask for the subscriptions of the connections, or no longer", "subs", on(connsPage), act((*Model).showSubs)),
		press([]string{"d"}, "d", "names in the place of addresses (reverse DNS), or addresses", "", on(connsPage), act((*Model).toggleNames)),
		press([]string{"b"}, "b", "bytes in full", "", on(serversPage, connsPage, accountsPage, jetStreamPage), act(func(m *Model) { m.raw = !m.raw; m.touch() })),
		press([]string{"R"}, "R", "raft groups", "", on(jetStreamPage), act(func(m *Model) { m.setMode("raft") })),
		press([]string{"H"}, "H", "the servers of JetStream and their health", "", on(jetStreamPage), act(func(m *Model) { m.setMode("peers") })),
		press([]string{"A"}, "A", "the account of the stream", "account", on(jetStreamPage, consumersPage), act((*Model).openAccountOf)),
		press([]string{"R"}, "R", "the checks behind the alerts, and what came of each", "checks", on(alertsPage), act((*Model).openRules)),
		press([]string{"n"}, "n", "next hit of the search", "", on(objectPage), act((*Model).nextHit)),
	}
}
