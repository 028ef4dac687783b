// Package topcmd holds the dashboard's command, natsctl top, and natsctl demo,
// which shows it on a fleet of its own. Package internal/tui draws the screen.
package topcmd

import (
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/tui"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// Entries are the dashboard and the demo.
func Entries() []cli.Entry {
	return []cli.Entry{
		{Name: "top", Help: "Watch a whole fleet live: topology, servers, connections, JetStream, events, alerts.", Cmd: &topCommand{}, Finishes: true, Examples: []string{
			"top",
			"top --view conns --sort pending_bytes",
			"top --replay fleet.rec --at 14:03:22",
			"top --once --view alerts -o json",
		}},
		{Name: "demo", Help: "Start a super-cluster with traffic in one process and show it.", Cmd: &demoCommand{}, Finishes: true, Examples: []string{
			"demo",
			"demo --faults",
			"demo --for 10s -o json",
			"demo --context dev",
		}},
	}
}

// Values complete the flags of the dashboard.
func Values() []cli.Value {
	return []cli.Value{cli.Complete("top", "--theme", cli.Words(themeNames()...))}
}

// Advices are the rows of the error table for the dashboard.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(errNoTerminal), cli.ExitUsage, cli.Hint("without a terminal, use: natsctl top --once -o txt (or svg, ansi, json), or natsctl server ls --watch 2s")),
		cli.On(cli.Is(tui.ErrConfig), cli.ExitUsage, cli.Hint("see docs/top.md for the format; use another file with --config NAME")),
		cli.On(cli.Is(live.ErrPanic), cli.ExitFailed, cli.Hint("this is a bug in natsctl; please report it with the lines above")),
		cli.On(cli.Is(tui.ErrFormat), cli.ExitUsage, cli.Hint("use -o txt, ansi, svg or json")),
	}
}
