package cli

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/view"
)

// Progress shows a line that the next one replaces, when standard error is a
// terminal; an empty one takes the last away.
func (e *Env) Progress(line string) {
	if !e.ErrTTY {
		return
	}
	if line != "" {
		line = "natsctl: " + view.Text(line)
	}
	_, _ = fmt.Fprint(e.Err, "\r", line, eraseLine) // a terminal that is gone shows no progress
}
