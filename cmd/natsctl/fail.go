package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
