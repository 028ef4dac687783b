// Package pathcmd holds the commands about where a message goes. Package
// internal/path computes it.
package pathcmd

import (
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/path"
)

// Entries are the commands of the noun subject.
func Entries() []cli.Entry {
	return []cli.Entry{{Name: "subject", Help: "Try the rules of servers for subjects.", Sub: []cli.Entry{
		{Name: "map", Help: "Show what a mapping or transform makes of subjects.", Cmd: &mapCommand{}, Examples: []string{
			`subject map "orders.*" "eu.orders.{{wildcard(1)}}" orders.new`,
			`subject map "orders.*" "orders.{{partition(3,1)}}.{{wildcard(1)}}" orders.a orders.b`,
			`subject map "bar.*.*" "baz.{{wildcard(2)}}.{{wildcard(1)}}" --import`,
		}},
	}}}
}

// Advices are the rows of the error table for these commands.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(path.ErrMapping), cli.ExitUsage, cli.Hint("the destination uses each * of the source as {{wildcard(1)}}, {{wildcard(2)}}, or a function of it, and ends with > if the source does")),
		cli.On(cli.Is(path.ErrSubject), cli.ExitUsage, nil),
		cli.On(cli.Is(path.ErrNoMatch), cli.ExitFailed, cli.Hint("a server leaves such a subject as it is")),
	}
}
