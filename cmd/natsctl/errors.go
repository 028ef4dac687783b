package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/broker"
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

// advice is one row of the error table: which error, what to do next, and the
// exit code. Packages return errors without advice; only this table gives any.
type advice struct {
	match func(error) bool
	code  int
	hint  func(error) string // nil: the error says it all
}

// advices is the error table. The first row that matches is used, so a more
// particular error stands before a more general one.
func advices() []advice {
	return []advice{
		{is(context.Canceled), exitInterrupted, nil},
		{as[usageError](), exitUsage, say("natsctl --help lists the commands, natsctl COMMAND --help its flags")},
		{is(view.ErrColumn), exitUsage, say("the column names are those of -o json")},
		{is(view.ErrFilter), exitUsage, say(`compare columns with values, for example --filter 'conns > 100 and cluster = "east"'; docs/filter.md has the language`)},
		{as[partialError](), exitPartial, say("the answers above are right but not all there are; natsctl server ping shows who answers now")},
		{is(errDeclined), exitFailed, nil},
		{is(errNoAnswer), exitUsage, say("add --yes when you are sure")},
		{is(errProtected), exitUsage, say("add --force when you are sure, or lift the protection with: natsctl context unprotect NAME")},
		{is(broker.ErrPortInUse), exitFailed, say("stop what listens there (ss -ltnp shows it), or choose other ports with --slot")},
		{is(broker.ErrSpec), exitUsage, say("nothing was started; natsctl cluster up --help lists what goes together")},
		{is(broker.ErrNotReady), exitFailed, say("everything that was started has been stopped again; a busy machine may need a longer --wait")},
		{is(broker.ErrUser), exitUsage, nil},
		{is(broker.ErrNode), exitFailed, nil},
		{is(broker.ErrFault), exitFailed, nil},
		{is(context.DeadlineExceeded), exitUnreachable, say("raise --timeout if the servers are far away or busy")},
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
	for _, a := range advices() {
		if !a.match(err) {
			continue
		}
		if a.hint != nil {
			hint = a.hint(err)
		}
		return a.code, hint
	}
	return exitFailed, ""
}

// fail prints an error with its hint on standard error, as an object when
// JSON is asked for, and returns its exit code. Parts of an error may come from
// strangers, so each line passes through [view.Text].
func (e *env) fail(err error) int {
	code, hint := explain(err)
	if errors.Is(err, context.Canceled) {
		return code
	}
	if strings.HasSuffix(e.flags.output, "json") {
		doc := map[string]any{"error": err.Error(), "exit_code": code}
		if hint != "" {
			doc["hint"] = hint
		}
		if body, err := json.Marshal(doc); err == nil {
			_ = view.JSON(e.err, json.RawMessage(body), true)
			return code
		}
	}
	e.say("error", err.Error())
	if hint != "" {
		e.say("hint", hint)
	}
	return code
}

// say writes words for the operator to standard error: "natsctl: hint: ...",
// one line for each line of text.
func (e *env) say(kind, text string) {
	for line := range strings.Lines(text) {
		prefix := "natsctl: " + kind + ": "
		if kind == "" {
			prefix = "natsctl: "
		}
		_, _ = fmt.Fprintln(e.err, prefix+view.Text(strings.TrimSuffix(line, "\n")))
	}
}
