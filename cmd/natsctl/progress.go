package main

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/view"
)

// progress shows a line that the next one replaces, when standard error is a
// terminal; an empty one takes the last away.
func (e *env) progress(line string) {
	if !e.errTTY {
		return
	}
	if line != "" {
		line = "natsctl: " + view.Text(line)
	}
	_, _ = fmt.Fprint(e.err, "\r", line, eraseLine) // a terminal that is gone shows no progress
}
