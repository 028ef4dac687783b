// Package fleetcmd holds the commands about a running fleet: natsctl server,
// conn, account, check, events and record. Package internal/sys makes the
// requests, and internal/fleet evaluates the answers.
package fleetcmd

import (
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// Entries are the commands about a running fleet.
func Entries() []cli.Entry {
	return []cli.Entry{serverEntry(), connEntry(), accountEntry(), checkEntry(), eventsEntry(), recordEntry()}
}

// Advices are the rows of the error table for these commands.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.As[*offlineError](), cli.ExitPartial, cli.Hint("bring the server back (restart one that runs), or remove it for good with: nats server cluster peer-remove NAME")),
		cli.On(cli.Is(errUnseen), cli.ExitPartial, cli.Hint("the answers above are correct but incomplete; the user, or the role of its signing key, must be allowed to publish there")),
		cli.On(cli.Is(errUnkicked), cli.ExitUnreachable, cli.Hint("run the command again to move the rest, or allow more time with --wait")),
		cli.On(cli.Is(errUnfinished), cli.ExitUnreachable, cli.Hint("continue watching with: natsctl server lame-duck NAME --resume")),
		cli.On(cli.Is(errNoDrain), cli.ExitUsage, cli.Hint("start one with: natsctl server lame-duck NAME")),
		cli.On(cli.Is(errDrain), cli.ExitFailed, cli.Hint("list the servers with: natsctl server ls; the clients with: natsctl server report connections")),
		cli.On(cli.Is(errNoConnections), cli.ExitFailed, cli.Hint("list the connections with: natsctl server report connections")),
		cli.On(cli.Is(checks.ErrUnknown), cli.ExitUsage, cli.Hint("list the checks with: natsctl check --list")),
		cli.On(cli.As[checkFailedError](), cli.ExitCheck, cli.Hint("see why a check matters and what to do with: natsctl check --explain NAME, or -o wide")),
		cli.On(cli.Is(checks.ErrLimit), cli.ExitUsage, cli.Hint("use NAME=WARN,CRIT, for example --set cpu_percent=70,90; see a check's limits with: natsctl check --explain NAME")),
		cli.On(cli.Is(recording.ErrInvalid), cli.ExitFailed, cli.Hint("use a file that natsctl record FILE wrote")),
		cli.On(cli.As[*fleet.AmbiguousUserError](), cli.ExitUsage, cli.Hint("use the public key of the one that you mean; natsctl server report connections -o wide shows which is which")),
		cli.On(cli.As[*fleet.AmbiguousAccountError](), cli.ExitUsage, cli.Hint("use the public key of the account (shown by natsctl account ls -o wide)")),
		cli.On(cli.Is(errNoAccount), cli.ExitFailed, cli.Hint("list the accounts with: natsctl account ls; in operator mode servers know only accounts that are in use")),
		cli.On(cli.As[*recording.NotRecordedError](), cli.ExitFailed, hintNotRecorded),
	}
}

// Values complete the arguments of these commands.
func Values() []cli.Value {
	return []cli.Value{
		cli.Complete("check", "name", checkNames),
		cli.Complete("check", "--explain", checkNames),
		cli.Complete("events", "--kind", cli.Words(kindNames()...)),
	}
}

// checkNames offers the checks with their descriptions.
func checkNames(*cli.Env, *cli.Line) (o cli.Offer) {
	for _, c := range checks.All() {
		o.Words = append(o.Words, cli.Candidate{Value: c.Name, Help: c.About})
	}
	return o
}
