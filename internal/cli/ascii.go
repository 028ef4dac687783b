package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/view"
)

// UTF8 tells whether the locale writes UTF-8. One that says nothing does.
func (e *Env) UTF8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := e.Getenv(name); v != "" {
			v = strings.ToLower(strings.ReplaceAll(v, "-", ""))
			return strings.Contains(v, "utf8")
		}
	}
	return true
}

// useASCII makes standard output ASCII where it was asked for, and for people
// whose locale has no other characters. A program's data stay as they are unless
// it asked; YAML has its own escapes, which are not these.
func (e *Env) useASCII() {
	people := e.OutTTY || slices.Contains([]string{"table", "wide", "text"}, e.Flags.Output)
	e.Flags.ASCII = e.Flags.ASCII || people && !e.UTF8()
	if e.Flags.ASCII && e.Flags.Output != "yaml" {
		e.Out = &view.ASCIIWriter{W: e.Out}
	}
}

// Screen is standard output itself, for what draws on a terminal.
func (e *Env) Screen() io.Writer {
	if w, ok := e.Out.(*view.ASCIIWriter); ok {
		return w.W
	}
	return e.Out
}
