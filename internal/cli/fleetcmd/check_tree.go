package fleetcmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet/cause"
	"github.com/natsctl/natsctl/internal/view"
)

// followersShown is the number of findings that the tree lists under a cause.
const followersShown = 8

// tree writes the causes for a terminal, the first to look at first, each with
// its next step and what follows from it.
func (r *checkReport) tree(e *cli.Env) error {
	var b strings.Builder
	for i, c := range r.Causes {
		if i > 0 && !sameAdvice(r.Causes[i-1], c) {
			b.WriteByte('\n')
		}
		writeCause(&b, c, e.Width(), i == len(r.Causes)-1 || !sameAdvice(c, r.Causes[i+1]))
	}
	_, err := io.WriteString(e.Out, b.String())
	return err
}

// sameAdvice reports whether the two causes are one kind of trouble, which is
// explained once, after the last of them.
func sameAdvice(a, b cause.Cause) bool {
	return a.Why == b.Why && a.Next == b.Next && len(a.Findings) == 1 && len(b.Findings) == 1
}

// writeCause writes one cause, its findings, and if advise is true what it means
// and what to do.
func writeCause(b *strings.Builder, c cause.Cause, width int, advise bool) {
	const indent = "      "
	line := func(first, text string) {
		wrapped := strings.Split(ansi.Wrap(view.Text(text), max(width-len(indent), 20), ""), "\n")
		for i, part := range wrapped {
			lead := indent
			if i == 0 {
				lead = first
			}
			b.WriteString(lead + part + "\n")
		}
	}
	line(fmt.Sprintf("%-*s", len(indent), c.Level), c.What)
	if text := c.Explains(); text != "" {
		line(indent, "explains "+text)
	}
	if advise {
		line(indent, "why:  "+c.Why)
		line(indent, "next: "+c.Next)
	}
	rest := c.Explained()
	if c.Own > 1 {
		rest = c.Findings
	}
	for i, f := range rest {
		if i == followersShown {
			line(indent, fmt.Sprintf("... and %d more; --flat lists all", len(rest)-i))
			return
		}
		line(indent, fmt.Sprintf("- %s  %s: %s", f.Level, f.Check, f.What))
	}
}
