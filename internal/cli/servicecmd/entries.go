// Package servicecmd holds the commands natsctl service: the micro services of
// accounts, every instance counted. Package internal/service asks and judges.
package servicecmd

import (
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/service"
)

// Entries are the commands of the noun service.
func Entries() []cli.Entry {
	return []cli.Entry{{Name: "service", Help: "Micro services of accounts: every instance counted, compared and judged.", Sub: []cli.Entry{
		{Name: "ls", Help: "List services: instances, versions, clusters, requests and errors.", Cmd: &listCommand{}, Examples: []string{
			"service ls",
			"service ls --account-context app --account-context billing",
			"service ls --rate 2s --sort requests_per_second",
		}},
		{Name: "info", Help: "List instances: where each is connected, its version and endpoints.", Cmd: &infoCommand{}, Examples: []string{
			"service info orders",
			"service info -o wide",
		}},
		{Name: "stats", Help: "List the endpoints of each instance: requests, errors, processing time.", Cmd: &statsCommand{}, Examples: []string{
			"service stats orders",
			"service stats --rate 2s --filter 'errors > 0'",
		}},
		{Name: "check", Help: "Check services: silent instances, mixed versions, endpoints without a queue group, errors.", Cmd: &checkCommand{}, Examples: []string{
			"service check",
			"service check orders --account-context app -o json",
		}},
	}}}
}

// Advices are the rows of the error table for these commands.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(errFound), cli.ExitCheck, cli.Hint("what to do stands beside each finding")),
		cli.On(cli.Is(errNoAccount), cli.ExitUsage, cli.Hint("name a user of the account: --account-context NAME, or --context NAME")),
		cli.On(cli.Is(errNone), cli.ExitFailed, cli.Hint("list the services with: natsctl service ls")),
		cli.On(cli.Is(errEmpty), cli.ExitFailed, cli.Hint("services are found in the account of the user; name a user of another account with --account-context NAME")),
		cli.On(cli.Is(errUnseen), cli.ExitPartial, cli.Hint("allow the user to publish to $SYS.REQ.ACCOUNT.PING.CONNZ, or use another one")),
		cli.On(cli.Is(errSilent), cli.ExitPartial, cli.Hint("the rows above are correct but incomplete; judge the instance with: natsctl service check")),
		cli.On(cli.Is(service.ErrName), cli.ExitUsage, cli.Hint("names have letters, digits, - and _")),
	}
}
