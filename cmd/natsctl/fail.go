package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/view"
)

// exitStatus is an exit code of which everything has been said on standard
// output, such as that of a nagios plugin.
type exitStatus int

// Error gives the code.
func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// fail prints an error with its hint on standard error, as an object when
// JSON is asked for, and returns its exit code. Parts of an error may come from
// strangers, so each line passes through [view.Text].
func (e *env) fail(err error) int {
	var status exitStatus
	if errors.As(err, &status) {
		return int(status)
	}
	code, hint := e.explain(e.withSaved(err, "--context"))
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
	for _, line := range errorLines(err) {
		e.say("error", line)
	}
	if hint != "" {
		e.say("hint", hint)
	}
	return code
}

// errorLines is what to print of an error: one line, unless its type has
// several. A line end inside a line is a stranger's and stays inside it.
func errorLines(err error) []string {
	var several interface{ lines() []string }
	if errors.As(err, &several) {
		return several.lines()
	}
	return []string{err.Error()}
}

// several are errors that are told one a line.
type several []error

// allOf returns the errors that are not nil as one, or nil.
func allOf(errs []error) error {
	failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(failed) == 0 {
		return nil
	}
	return several(failed)
}

// Error joins them.
func (s several) Error() string { return strings.Join(s.lines(), "; ") }

// Unwrap returns each of them.
func (s several) Unwrap() []error { return s }

func (s several) lines() (lines []string) {
	for _, err := range s {
		lines = append(lines, errorLines(err)...)
	}
	return lines
}

// say writes a line for the operator to standard error: "natsctl: hint: ...".
func (e *env) say(kind, line string) {
	prefix := "natsctl: "
	if kind != "" {
		prefix += kind + ": "
	}
	_, _ = fmt.Fprintln(e.err, prefix+view.Text(line))
}

// explain finds the exit code and the hint of an error in the tables of the
// console and of the program that runs.
func (e *env) explain(err error) (code int, hint string) { return explain(e.app.advices, err) }
