package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// ExitStatus is an exit code without an error message, because standard output
// already has it, as for a nagios plugin.
type ExitStatus int

// Error returns the code as text.
func (s ExitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// Fail prints an error with its hint on standard error, as an object when
// JSON is requested, and returns its exit code. Parts of an error may be
// untrusted, so each line passes through [view.Text].
func (e *Env) Fail(err error) int {
	var status ExitStatus
	if errors.As(err, &status) {
		return int(status)
	}
	code, hint := e.Explain(e.WithSaved(err, "--context"))
	if code == ExitPartial && e.wasInterrupted() { // it is partial because nobody waited for the rest
		code = ExitInterrupted
	}
	if errors.Is(err, context.Canceled) {
		return code
	}
	if strings.HasSuffix(e.Flags.Output, "json") {
		doc := map[string]any{"error": err.Error(), "exit_code": code}
		if hint != "" {
			doc["hint"] = hint
		}
		if body, err := json.Marshal(doc); err == nil {
			_ = view.JSON(e.Err, json.RawMessage(body), true)
			return code
		}
	}
	for _, line := range errorLines(err) {
		e.Note("error", line)
	}
	if hint != "" {
		e.Note("hint", hint)
	}
	return code
}

// errorLines returns the lines to print for an error: one, unless it is several errors.
// A line end inside an error, as in messages from servers, becomes a semicolon.
func errorLines(err error) []string {
	var several interface{ Lines() []string }
	if errors.As(err, &several) {
		return several.Lines()
	}
	for inner := errors.Unwrap(err); inner != nil && inner.Error() == err.Error(); inner = errors.Unwrap(err) {
		err = inner // the outer error only adds the subject
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && isJoin(err, joined.Unwrap()) { //nolint:errorlint // of this very error
		var lines []string
		for _, one := range joined.Unwrap() {
			lines = append(lines, errorLines(one)...)
		}
		return lines
	}
	return []string{oneLine(err.Error())}
}

// isJoin reports whether an error only joins the others, as [errors.Join] does.
func isJoin(err error, parts []error) bool {
	words := make([]string, len(parts))
	for i, part := range parts {
		if part == nil { // no cause
			return false
		}
		words[i] = part.Error()
	}
	return len(parts) > 1 && err.Error() == strings.Join(words, "\n")
}

// oneLine joins the lines of a text into one.
func oneLine(text string) string {
	var parts []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		if line = strings.Trim(line, " \t\n"); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, "; ")
}

// several are errors that are printed one per line.
type several []error

// AllOf joins the non-nil errors; it returns nil if there are none.
func AllOf(errs []error) error {
	failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(failed) == 0 {
		return nil
	}
	return several(failed)
}

// Error joins the messages.
func (s several) Error() string { return strings.Join(s.Lines(), "; ") }

// Unwrap returns the errors.
func (s several) Unwrap() []error { return s }

// Lines returns the lines of each error.
func (s several) Lines() (lines []string) {
	for _, err := range s {
		lines = append(lines, errorLines(err)...)
	}
	return lines
}

// Explain finds the exit code and the hint of an error in the tables of the
// console and of the program that runs.
func (e *Env) Explain(err error) (code int, hint string) { return Explain(e.advices, err) }

// WithSaved looks for saved contexts that would work, and names the flag that
// selects one.
func (e *Env) WithSaved(err error, flag string) error {
	store, failed := e.Store()
	if !errors.Is(err, sys.ErrNotSystem) || e.dialled == nil || failed != nil {
		return err
	}
	if other := (elsewhere{}); errors.As(err, &other) {
		return err
	}
	return elsewhere{err, store.SystemContexts(e.dialled.Name, e.dialled.URLOrDefault()), flag, e.dialled.Name == ""}
}
