package cli

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

// usageAdvices are the rows for usage errors.
func usageAdvices() []Advice {
	return []Advice{
		On(Is(context.Canceled), ExitInterrupted, nil),
		On(As[UsageError](), ExitUsage, hintUsage),
		On(As[partialError](), ExitPartial, Hint("the answers above are correct but incomplete; see which servers respond with: natsctl server ping")),
		On(Is(ErrDeclined), ExitFailed, nil),
		On(Is(errNoAnswer), ExitUsage, Hint("use --yes to confirm")),
		On(Is(ErrProtected), ExitUsage, Hint("use --force to proceed, or remove the protection with: natsctl context unprotect NAME")),
		On(Is(completions.ErrShell), ExitUsage, nil),
		On(Is(view.ErrColumn), ExitUsage, hintColumn),
		On(Is(view.ErrFilter), ExitUsage, Hint(`compare columns with values, with text in quotes: --filter 'conns > 100 and cluster = "east"' (docs/filter.md)`)),
	}
}

// contextAdvices are the rows for errors of saved contexts.
func contextAdvices() []Advice {
	return []Advice{
		On(Is(natsctx.ErrUnknown), ExitUsage, hintUnknownContext),
		On(Is(natsctx.ErrCorrupt), ExitFailed, Hint("nothing was changed; fix the file in an editor, or remove it")),
		On(Is(natsctx.ErrExists), ExitUsage, Hint("choose another name, or change it with: natsctl context edit NAME")),
		On(Is(natsctx.ErrSelected), ExitUsage, Hint("select another one first with natsctl context select NAME, or add --force")),
		On(Is(natsctx.ErrNoSelection), ExitUsage, Hint("select one with natsctl context select NAME, or name one with --context NAME")),
		On(Is(natsctx.ErrNoPrevious), ExitUsage, Hint("list them with: natsctl context ls")),
		On(Is(natsctx.ErrBadName), ExitUsage, nil),
		On(Is(natsctx.ErrInvalid), ExitUsage, nil),
		On(Is(natsctx.ErrExposed), ExitAuth, hintExposed),
		On(Is(natsctx.ErrShared), ExitOK, nil),
		On(Is(natsctx.ErrForeign), ExitAuth, hintForeign),
		On(Is(natsctx.ErrMissing), ExitUsage, Hint("correct the path; a relative one starts at the current directory")),
		On(Is(natsctx.ErrSecret), ExitAuth, hintSecret),
		On(Is(natsctx.ErrURLOverride), ExitUsage, hintURLOverride),
		On(Is(natsctx.ErrExpired), ExitAuth, Hint("get new ones from their issuer")),
		On(Is(natsctx.ErrExpiring), ExitOK, nil),
		On(Is(probe.ErrNotNATS), ExitUnreachable, Hint("check host and port; 4222 is the usual one for clients, 8222 is for monitoring")),
		On(Is(natsctx.ErrNoHome), ExitFailed, Hint("set HOME, or set XDG_CONFIG_HOME to the directory for contexts")),
		On(Is(natsctx.ErrLocked), ExitFailed, Hint("nothing was changed; another natsctl is running, try again when it has finished")),
		On(Is(natsctx.ErrChanged), ExitFailed, Hint("nothing was written; check it with natsctl context show NAME and try again")),
	}
}

// sysAdvices are the rows for errors of system account requests.
func sysAdvices() []Advice {
	return []Advice{
		On(Is(sys.ErrNotSystem), ExitAuth, hintNotSystem),
		On(Is(sys.ErrNoServer), ExitFailed, hintNoServer),
		On(Is(sys.ErrPermission), ExitAuth, hintPermission),
		On(Is(sys.ErrRequest), ExitUsage, Hint("list the requests with: natsctl server request --help, their options with KIND --help")),
		On(Is(sys.ErrTooOld), ExitFailed, Hint("upgrade that server, or leave it out with --filter, --name or --cluster")),
		On(Is(sys.ErrRefused), ExitFailed, nil),
		On(Is(sys.ErrProfile), ExitFailed, nil),
		On(Is(sys.ErrAmbiguous), ExitUsage, Hint("use the server's id (shown by natsctl server ls -o wide)")),
		On(Is(sys.ErrIncomplete), ExitPartial, Hint("the answers above are correct but incomplete; see which servers respond with: natsctl server ping")),
		On(Is(sys.ErrSilent), ExitUnreachable, Hint("a connected server that does not respond is hung, overloaded or draining; list the servers with: natsctl server ls")),
		On(lostConnection(sys.ErrDisconnected), ExitUnreachable, Hint("the server closed the connection, or the network did; try again, or use another server of the cluster")),
	}
}

// Explain finds the exit code and the hint of an error: in the rows of the
// commands, between those of the console. An error may bring its own hint.
func Explain(commands []Advice, err error) (code int, hint string) {
	var own hinted
	for _, a := range allAdvices(commands) {
		if !a.Match(err) {
			continue
		}
		if errors.As(err, &own) {
			return a.Code, own.Hint()
		}
		if a.hint != nil {
			hint = a.hint(err)
		}
		return a.Code, hint
	}
	return ExitFailed, ""
}

// allAdvices returns the whole table: the rows of the commands between those of the
// console.
func allAdvices(commands []Advice) []Advice {
	return slices.Concat(usageAdvices(), contextAdvices(), commands, sysAdvices(), connectionAdvices())
}

// hintColumn lists the available columns.
func hintColumn(err error) string {
	var e *view.ColumnError
	if !errors.As(err, &e) {
		return ""
	}
	return "columns: " + strings.Join(e.Known, ", ")
}
