package main

import (
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// fleetEntries are the nouns of a running fleet.
func fleetEntries() []entry {
	return []entry{serverEntry(), connEntry(), accountEntry(), checkEntry(), eventsEntry(), recordEntry()}
}

// fleetAdvices are what to do about errors of these commands.
func fleetAdvices() []advice {
	return []advice{
		on(is(errUnseen), exitPartial, say("what is above is right; for the rest, the user's permissions, or the role of its signing key, must allow it to publish there (natsctl context ls shows other users)")),
		on(is(errUnkicked), exitUnreachable, say("the same command again moves those that are left; --wait gives it more time")),
		on(is(errUnfinished), exitUnreachable, say("watch it again with: natsctl server lame-duck NAME --resume")),
		on(is(errNoDrain), exitUsage, say("start one with: natsctl server lame-duck NAME")),
		on(is(errDrain), exitFailed, say("natsctl server ls shows who is there, natsctl server report connections where the clients are")),
		on(is(errNobody), exitFailed, say("natsctl server report connections shows who is connected, and where")),
		on(is(checks.ErrUnknown), exitUsage, say("natsctl check --list names all checks")),
		on(as[checkFailedError](), exitCheck, say("natsctl check --explain NAME says why a check matters and what to do; -o wide shows it for each finding")),
		on(is(checks.ErrLimit), exitUsage, say("write it as NAME=WARN,CRIT, for example --set cpu_percent=70,90; natsctl check --explain NAME shows the limits of a check")),
		on(is(recording.ErrInvalid), exitFailed, say("a recording is what natsctl record FILE writes")),
		on(is(errNoAccount), exitFailed, say("natsctl server report accounts lists them; in operator mode an account is known by its public key, and only where it is used")),
		on(as[*recording.NotRecordedError](), exitFailed, hintNotRecorded),
	}
}

// fleetValues complete the arguments of these commands.
func fleetValues() []valueRow {
	return []valueRow{
		value("check", "name", checkNames),
		value("check", "--explain", checkNames),
		value("events", "--kind", words(kindNames()...)),
	}
}

// checkNames offers the checks with what they look at.
func checkNames(*env, *walk) (o offer) {
	for _, c := range checks.All() {
		o.words = append(o.words, candidate{value: c.Name, help: c.About})
	}
	return o
}
