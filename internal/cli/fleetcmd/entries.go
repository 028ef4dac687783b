// Package fleetcmd holds the commands about a running fleet: natsctl server,
// conn, account, check, events and record. What they ask is internal/sys's and
// what they know internal/fleet's.
package fleetcmd

import (
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// Entries are the nouns of a running fleet.
func Entries() []cli.Entry {
	return []cli.Entry{serverEntry(), connEntry(), accountEntry(), checkEntry(), eventsEntry(), recordEntry()}
}

// Advices are what to do about errors of these commands.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(errUnseen), cli.ExitPartial, cli.Hint("what is above is right; for the rest, the user's permissions, or the role of its signing key, must allow it to publish there (natsctl context ls shows other users)")),
		cli.On(cli.Is(errUnkicked), cli.ExitUnreachable, cli.Hint("the same command again moves those that are left; --wait gives it more time")),
		cli.On(cli.Is(errUnfinished), cli.ExitUnreachable, cli.Hint("watch it again with: natsctl server lame-duck NAME --resume")),
		cli.On(cli.Is(errNoDrain), cli.ExitUsage, cli.Hint("start one with: natsctl server lame-duck NAME")),
		cli.On(cli.Is(errDrain), cli.ExitFailed, cli.Hint("natsctl server ls shows who is there, natsctl server report connections where the clients are")),
		cli.On(cli.Is(errNobody), cli.ExitFailed, cli.Hint("natsctl server report connections shows who is connected, and where")),
		cli.On(cli.Is(checks.ErrUnknown), cli.ExitUsage, cli.Hint("natsctl check --list names all checks")),
		cli.On(cli.As[checkFailedError](), cli.ExitCheck, cli.Hint("natsctl check --explain NAME says why a check matters and what to do; -o wide shows it for each finding")),
		cli.On(cli.Is(checks.ErrLimit), cli.ExitUsage, cli.Hint("write it as NAME=WARN,CRIT, for example --set cpu_percent=70,90; natsctl check --explain NAME shows the limits of a check")),
		cli.On(cli.Is(recording.ErrInvalid), cli.ExitFailed, cli.Hint("a recording is what natsctl record FILE writes")),
		cli.On(cli.As[*fleet.AmbiguousAccountError](), cli.ExitUsage, cli.Hint("use the public key of the one that you mean; natsctl account ls -o wide shows which is which")),
		cli.On(cli.Is(errNoAccount), cli.ExitFailed, cli.Hint("natsctl account ls lists them; in operator mode servers know only the accounts that are in use")),
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

// checkNames offers the checks with what they look at.
func checkNames(*cli.Env, *cli.Line) (o cli.Offer) {
	for _, c := range checks.All() {
		o.Words = append(o.Words, cli.Candidate{Value: c.Name, Help: c.About})
	}
	return o
}
