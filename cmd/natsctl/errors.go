package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/completions"
	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/broker"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/probe"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/tui"
	"github.com/natsctl/natsctl/internal/view"
)

// The exit codes. They are part of the interface: scripts depend on them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitPartial     = 3 // a partial answer, or a measurement that is not valid
	exitAuth        = 4 // authentication or permission
	exitUnreachable = 5 // unreachable or timed out
	exitCheck       = 6 // a check or an SLO failed
	exitInterrupted = 130
)

// advice is one row of the error table: which error, the exit code, and what
// to do next. Packages return errors without advice; only this table gives any.
type advice struct {
	match func(error) bool
	code  int
	hint  func(error) string // nil: the error says it all
}

// advices is the error table, room by room. The first row that matches is
// used, so a more particular error stands before a more general one.
func advices() []advice {
	return slices.Concat(commandAdvices(), contextAdvices(), brokerAdvices(), benchAdvices(), fleetAdvices(), exporterAdvices(), sysAdvices(), connectionAdvices())
}

func commandAdvices() []advice {
	return []advice{
		{is(context.Canceled), exitInterrupted, nil},
		{as[usageError](), exitUsage, hintUsage},
		{as[partialError](), exitPartial, say("the answers above are right but not all there are; natsctl server ping shows who answers now")},
		{is(errUnseen), exitPartial, say("what is above is right; for the rest, the user's permissions, or the role of its signing key, must allow it to publish there (natsctl context ls shows other users)")},
		{is(errDeclined), exitFailed, nil},
		{is(errBlocked), exitFailed, say("nothing was done; mend what is wrong first, or add --anyway when you accept it")},
		{is(errNoTrigger), exitUsage, say("give a command that tells it, --via 'ssh {host} nats-server --signal ldm', or move its clients with --kick")},
		{is(errUnkicked), exitUnreachable, say("the same command again moves those that are left; --wait gives it more time")},
		{is(errUnfinished), exitUnreachable, say("watch it again with: natsctl server lame-duck NAME --resume")},
		{is(errNoDrain), exitUsage, say("start one with: natsctl server lame-duck NAME")},
		{is(errDrain), exitFailed, say("natsctl server ls shows who is there, natsctl server report connections where the clients are")},
		{is(errNobody), exitFailed, say("natsctl server report connections shows who is connected, and where")},
		{is(errNoTerminal), exitUsage, say("without one: natsctl top --once -o txt, or -o svg, ansi, json; natsctl server ls --watch 2s prints tables")},
		{is(tui.ErrConfig), exitUsage, say("docs/top.md describes the file; --config NAME reads another one")},
		{is(tui.ErrPanic), exitFailed, say("this is a defect of natsctl; please report it with the lines above")},
		{is(tui.ErrFormat), exitUsage, say("use -o txt, ansi, svg or json")},
		{is(errNoAnswer), exitUsage, say("add --yes when you are sure")},
		{is(errProtected), exitUsage, say("add --force when you are sure, or lift the protection of the context")},
		{is(completions.ErrShell), exitUsage, nil},
		{is(errEditor), exitFailed, say("VISUAL or EDITOR names another editor; flags change single keys without one")},
		{is(view.ErrColumn), exitUsage, hintColumn},
		{is(view.ErrFilter), exitUsage, say(`compare columns with values, text in quotes, for example --filter 'conns > 100 and cluster = "east"'; docs/filter.md has the language`)},
	}
}

func contextAdvices() []advice {
	return []advice{
		{is(natsctx.ErrUnknown), exitUsage, hintUnknownContext},
		{is(natsctx.ErrCorrupt), exitFailed, say("nothing was changed; mend the file in an editor, or remove it")},
		{is(natsctx.ErrExists), exitUsage, say("choose another name, or change it with: natsctl context edit NAME")},
		{is(natsctx.ErrSelected), exitUsage, say("select another one first with natsctl context select NAME, or add --force")},
		{is(natsctx.ErrNoSelection), exitUsage, say("select one with natsctl context select NAME, or name one with --context NAME")},
		{is(natsctx.ErrNoPrevious), exitUsage, say("natsctl context ls shows all of them")},
		{is(natsctx.ErrBadName), exitUsage, nil},
		{is(natsctx.ErrInvalid), exitUsage, nil},
		{is(natsctx.ErrExposed), exitAuth, hintExposed},
		{is(natsctx.ErrMissing), exitUsage, say("correct the path; a relative one starts at the current directory")},
		{is(natsctx.ErrSecret), exitAuth, hintSecret},
		{is(natsctx.ErrURLOverride), exitUsage, hintURLOverride},
		{is(natsctx.ErrExpired), exitAuth, say("get new ones from whoever issues them")},
		{is(natsctx.ErrExpiring), exitOK, nil},
		{is(probe.ErrNotNATS), exitUnreachable, say("check host and port; 4222 is the usual one for clients, 8222 is for monitoring")},
		{is(natsctx.ErrNoHome), exitFailed, say("set HOME, or XDG_CONFIG_HOME to the directory that is to hold them")},
		{is(natsctx.ErrLocked), exitFailed, say("nothing was changed; wait for the other natsctl to end and try again")},
		{is(natsctx.ErrChanged), exitFailed, say("nothing was written; look at it with natsctl context show NAME and try again")},
	}
}

func brokerAdvices() []advice {
	return []advice{
		{is(broker.ErrNoSpace), exitFailed, say("free some space there, or keep clusters on another disk with XDG_STATE_HOME; a start or change that failed has been undone, a server that could not write goes on after natsctl cluster node restart NODE")},
		{is(broker.ErrData), exitFailed, say("nothing was changed; give the stream a replica elsewhere (nats stream edit --replicas), or back it up and delete it first (nats stream backup, nats stream rm), or start a new cluster under another name")},
		{is(broker.ErrExpired), exitFailed, say("natsctl cluster up NAME stops all its servers and starts them with new certificates, valid as long as --cert-validity says; data and other secrets stay")},
		{as[*broker.SlotError](), exitFailed, say("leave --slot out for a free one; natsctl cluster ls shows who has which, natsctl cluster delete NAME frees one")},
		{is(broker.ErrPortInUse), exitFailed, say("stop what listens there (ss -ltnp shows it), or choose other ports with --slot")},
		{is(broker.ErrNoHome), exitFailed, say("set HOME, or XDG_STATE_HOME to the directory that is to hold them")},
		{is(broker.ErrSpec), exitUsage, say("nothing was started; natsctl cluster up --help lists what goes together")},
		{is(broker.ErrNotReady), exitFailed, say("natsctl cluster status shows which node is not well; a cluster that was just being started has been stopped again, --wait gives it longer")},
		{is(broker.ErrProgram), exitFailed, say("nothing was changed; natsctl cluster roll --server-bin PATH changes it node by node, with --force to an older one too")},
		{is(broker.ErrUser), exitUsage, nil},
		{is(broker.ErrPush), exitPartial, say("natsctl cluster status shows which server is not well; the JWT is kept, and pushed again by the next natsctl cluster up")},
		{is(broker.ErrNotEmpty), exitUsage, say("nothing was written; choose a new directory, or empty this one")},
		{is(broker.ErrUnknown), exitUsage, say("natsctl cluster ls shows all of them, natsctl cluster up starts one")},
		{is(broker.ErrDown), exitUnreachable, say("start it with natsctl cluster up NAME; natsctl cluster ls shows all of them")},
		{is(broker.ErrBusy), exitFailed, say("nothing was changed; wait for the other natsctl to end and try again")},
		{is(broker.ErrNoLeader), exitFailed, say("an election needs more than half of the replicas; natsctl cluster status shows which nodes are away, natsctl cluster node resume and start bring them back")},
		{is(broker.ErrNoAck), exitFailed, say("natsctl --context NAME-sys server report streams shows which subjects streams take; --user publishes as another user")},
		{is(errWhich), exitUsage, hintWhich},
		{is(errUnwell), exitPartial, hintUnwell},
		{is(broker.ErrNode), exitFailed, nil},
		{is(broker.ErrFault), exitFailed, nil},
	}
}

func fleetAdvices() []advice {
	return []advice{
		{is(checks.ErrUnknown), exitUsage, say("natsctl check --list names all checks")},
		{as[checkFailedError](), exitCheck, say("natsctl check --explain NAME says why a check matters and what to do; -o wide shows it for each finding")},
		{is(checks.ErrLimit), exitUsage, say("write it as NAME=WARN,CRIT, for example --set cpu_percent=70,90; natsctl check --explain NAME shows the limits of a check")},
		{is(recording.ErrInvalid), exitFailed, say("a recording is what natsctl record FILE writes")},
		{is(errNoAccount), exitFailed, say("natsctl server report accounts lists them; in operator mode an account is known by its public key, and only where it is used")},
		{as[*recording.NotRecordedError](), exitFailed, hintNotRecorded},
	}
}

func exporterAdvices() []advice {
	return []advice{
		{is(exporter.ErrOption), exitUsage, say("natsctl exporter serve --help explains each flag, docs/exporter.md the whole")},
		{is(errPartialScrape), exitPartial, say("natsctl server ping shows who does not answer, and why")},
		{is(exporter.ErrNoContext), exitUsage, say("allow it with --probe-context NAME")},
		{is(exporter.ErrNotConnected), exitUnreachable, say("is a server of the context up? natsctl context validate tells")},
	}
}

func benchAdvices() []advice {
	return []advice{
		{is(bench.ErrSLO), exitCheck, nil},
		{as[doubtfulError](), exitPartial, say("the figures are above with every reason; a longer run, a lower rate or a quieter machine may help")},
		{is(bench.ErrSpec), exitUsage, say("nothing was sent; natsctl bench COMMAND --help lists what goes together")},
		{is(bench.ErrUnit), exitUsage, nil},
		{is(bench.ErrResult), exitUsage, say("report and compare read what --save FILE or -o json of natsctl bench wrote")},
		{is(bench.ErrNoInterest), exitUnreachable, say("may the user publish and subscribe to this subject? natsctl account info shows its permissions")},
		{is(bench.ErrNoResponders), exitUnreachable, say("start the service, or responders of ours: natsctl bench serve SUBJECT, or --serve 1")},
		{is(bench.ErrNotOurs), exitFailed, nil},
		{is(bench.ErrDifferent), exitUsage, say("compare results of the same scenario, or add --force if the difference is what you want to see")},
		{is(bench.ErrUnsupported), exitFailed, nil},
	}
}

func sysAdvices() []advice {
	return []advice{
		{is(sys.ErrNotSystem), exitAuth, hintNotSystem},
		{is(sys.ErrNoServer), exitFailed, hintNoServer},
		{is(sys.ErrPermission), exitAuth, hintPermission},
		{is(sys.ErrRequest), exitUsage, say("natsctl server request --help lists the requests, with KIND --help their options")},
		{is(sys.ErrTooOld), exitFailed, say("upgrade that server, or leave it out with --filter, --name or --cluster")},
		{is(sys.ErrRefused), exitFailed, nil},
		{is(sys.ErrProfile), exitFailed, nil},
		{is(sys.ErrAmbiguous), exitUsage, say("use the server's id, natsctl server ls -o wide shows it")},
		{is(sys.ErrIncomplete), exitPartial, say("the answers above are right but not all there are; natsctl server ping shows who answers now")},
		{is(sys.ErrSilent), exitUnreachable, say("a server that is connected and silent is hung, overloaded or draining; natsctl server ls shows all of them")},
		{lostConnection(sys.ErrDisconnected), exitUnreachable, say("the server closed the connection, or the network did; try again, or use another server of the cluster")},
	}
}

// is matches a sentinel.
func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

// as matches an error type.
func as[E error]() func(error) bool {
	return func(err error) bool {
		var target E
		return errors.As(err, &target)
	}
}

// say is a fixed hint.
func say(hint string) func(error) string { return func(error) string { return hint } }

// explain finds the exit code and the hint of an error.
func explain(err error) (code int, hint string) {
	var s slip
	for _, a := range advices() {
		if !a.match(err) {
			continue
		}
		if errors.As(err, &s) {
			return a.code, s.hint
		}
		if a.hint != nil {
			hint = a.hint(err)
		}
		return a.code, hint
	}
	return exitFailed, ""
}

// hintColumn lists the columns that there are.
func hintColumn(err error) string {
	var e *view.ColumnError
	if !errors.As(err, &e) {
		return ""
	}
	return "the columns are " + strings.Join(e.Known, ", ")
}
