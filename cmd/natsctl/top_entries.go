package main

import "github.com/natsctl/natsctl/internal/tui"

// topEntries are the dashboard, and a fleet to try it on.
func topEntries() []entry {
	return []entry{
		{name: "top", help: "Watch a whole fleet live: topology, servers, connections, JetStream, events, alerts.", cmd: &topCommand{}},
		{name: "demo", help: "Start a super-cluster with traffic in one process, and show it.", cmd: &demoCommand{}},
	}
}

// topValues complete the flags of the dashboard.
func topValues() []valueRow {
	return []valueRow{value("top", "--theme", words(themeNames()...))}
}

// topAdvices are what to do about errors of the dashboard.
func topAdvices() []advice {
	return []advice{
		on(is(errNoTerminal), exitUsage, say("without one: natsctl top --once -o txt, or -o svg, ansi, json; natsctl server ls --watch 2s prints tables")),
		on(is(tui.ErrConfig), exitUsage, say("docs/top.md describes the file; --config NAME reads another one")),
		on(is(tui.ErrPanic), exitFailed, say("this is a defect of natsctl; please report it with the lines above")),
		on(is(tui.ErrFormat), exitUsage, say("use -o txt, ansi, svg or json")),
	}
}
