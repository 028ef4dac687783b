package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/completions"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/probe"
	"github.com/natsctl/natsctl/internal/sys"
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

// on makes a row of an error table.
func on(match func(error) bool, code int, hint func(error) string) advice {
	return advice{match: match, code: code, hint: hint}
}

// hinted is an error that knows best what to do about it.
type hinted interface {
	error
	Hint() string
}

// usageAdvices are what to do about command lines.
func usageAdvices() []advice {
	return []advice{
		on(is(context.Canceled), exitInterrupted, nil),
		on(as[usageError](), exitUsage, hintUsage),
		on(as[partialError](), exitPartial, say("the answers above are right but not all there are; natsctl server ping shows who answers now")),
		on(is(errDeclined), exitFailed, nil),
		on(is(errNoAnswer), exitUsage, say("add --yes when you are sure")),
		on(is(errProtected), exitUsage, say("add --force when you are sure, or lift the protection of the context")),
		on(is(completions.ErrShell), exitUsage, nil),
		on(is(view.ErrColumn), exitUsage, hintColumn),
		on(is(view.ErrFilter), exitUsage, say(`compare columns with values, text in quotes, for example --filter 'conns > 100 and cluster = "east"'; docs/filter.md has the language`)),
	}
}

// contextAdvices are what to do about saved contexts.
func contextAdvices() []advice {
	return []advice{
		on(is(natsctx.ErrUnknown), exitUsage, hintUnknownContext),
		on(is(natsctx.ErrCorrupt), exitFailed, say("nothing was changed; mend the file in an editor, or remove it")),
		on(is(natsctx.ErrExists), exitUsage, say("choose another name, or change it with: natsctl context edit NAME")),
		on(is(natsctx.ErrSelected), exitUsage, say("select another one first with natsctl context select NAME, or add --force")),
		on(is(natsctx.ErrNoSelection), exitUsage, say("select one with natsctl context select NAME, or name one with --context NAME")),
		on(is(natsctx.ErrNoPrevious), exitUsage, say("natsctl context ls shows all of them")),
		on(is(natsctx.ErrBadName), exitUsage, nil),
		on(is(natsctx.ErrInvalid), exitUsage, nil),
		on(is(natsctx.ErrExposed), exitAuth, hintExposed),
		on(is(natsctx.ErrShared), exitOK, nil),
		on(is(natsctx.ErrForeign), exitAuth, hintForeign),
		on(is(natsctx.ErrMissing), exitUsage, say("correct the path; a relative one starts at the current directory")),
		on(is(natsctx.ErrSecret), exitAuth, hintSecret),
		on(is(natsctx.ErrURLOverride), exitUsage, hintURLOverride),
		on(is(natsctx.ErrExpired), exitAuth, say("get new ones from whoever issues them")),
		on(is(natsctx.ErrExpiring), exitOK, nil),
		on(is(probe.ErrNotNATS), exitUnreachable, say("check host and port; 4222 is the usual one for clients, 8222 is for monitoring")),
		on(is(natsctx.ErrNoHome), exitFailed, say("set HOME, or XDG_CONFIG_HOME to the directory that is to hold them")),
		on(is(natsctx.ErrLocked), exitFailed, say("nothing was changed; wait for the other natsctl to end and try again")),
		on(is(natsctx.ErrChanged), exitFailed, say("nothing was written; look at it with natsctl context show NAME and try again")),
	}
}

// sysAdvices are what to do about answers of the system account.
func sysAdvices() []advice {
	return []advice{
		on(is(sys.ErrNotSystem), exitAuth, hintNotSystem),
		on(is(sys.ErrNoServer), exitFailed, hintNoServer),
		on(is(sys.ErrPermission), exitAuth, hintPermission),
		on(is(sys.ErrRequest), exitUsage, say("natsctl server request --help lists the requests, with KIND --help their options")),
		on(is(sys.ErrTooOld), exitFailed, say("upgrade that server, or leave it out with --filter, --name or --cluster")),
		on(is(sys.ErrRefused), exitFailed, nil),
		on(is(sys.ErrProfile), exitFailed, nil),
		on(is(sys.ErrAmbiguous), exitUsage, say("use the server's id, natsctl server ls -o wide shows it")),
		on(is(sys.ErrIncomplete), exitPartial, say("the answers above are right but not all there are; natsctl server ping shows who answers now")),
		on(is(sys.ErrSilent), exitUnreachable, say("a server that is connected and silent is hung, overloaded or draining; natsctl server ls shows all of them")),
		on(lostConnection(sys.ErrDisconnected), exitUnreachable, say("the server closed the connection, or the network did; try again, or use another server of the cluster")),
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

// explain finds the exit code and the hint of an error: in the rows of the
// commands, between those of the console. An error may bring its own hint.
func explain(commands []advice, err error) (code int, hint string) {
	var own hinted
	for _, a := range allAdvices(commands) {
		if !a.match(err) {
			continue
		}
		if errors.As(err, &own) {
			return a.code, own.Hint()
		}
		if a.hint != nil {
			hint = a.hint(err)
		}
		return a.code, hint
	}
	return exitFailed, ""
}

// allAdvices is the whole table: the rows of the commands between those of the
// console.
func allAdvices(commands []advice) []advice {
	return slices.Concat(usageAdvices(), contextAdvices(), commands, sysAdvices(), connectionAdvices())
}

// hintColumn lists the columns that there are.
func hintColumn(err error) string {
	var e *view.ColumnError
	if !errors.As(err, &e) {
		return ""
	}
	return "the columns are " + strings.Join(e.Known, ", ")
}
