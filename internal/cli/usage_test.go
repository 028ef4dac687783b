package cli

import (
	"strings"
	"testing"
)

// TestHelp shows the help of the program, of a group, and of a command.
func TestHelp(t *testing.T) {
	for line, want := range map[string]string{
		"look --help": `
usage: natsctl look <command>

Look at things.

Commands:
  ls     List things.
  one    Show one.
  two    Show two.
  three  Show three.
  four   Show four.
  five   Show five.

Examples:
  natsctl look ls routes
  natsctl look one
  natsctl look two
  natsctl look four

For the global flags (context, credentials, output), see natsctl --help.
`,
		"help look list": `
usage: natsctl look ls [<flags>] <target> [<server>...]

List things.

Arguments:
  <target>       What to look at.
  [<server>...]  Servers.

Flags:
      --sort=COLUMN      Column to sort by; numbers sort largest first (default
                         name).
  -R, --reverse          Reverse the order.
      --limit=N          Maximum number of rows (default: no limit).
      --filter=EXPR      Show only rows that match this expression
                         (docs/filter.md).
  -v, --verbose          Say more.
      --[no-]check       Check first.
      --level=LEVEL      Level to show (default warn).
      --every=DURATION   Interval (default 5s).
      --rate=N           Messages a second (default 10).
      --retries=N        Tries (default: one).
      --label=LABEL ...  Label; repeat for several.
      --save=FILE        Where to save.
      --log.where=WHERE  Where to log.

Examples:
  natsctl look ls routes
  natsctl look ls leafs -o json

For the global flags (context, credentials, output), see natsctl --help.
`,
		"open -h": `
usage: natsctl open --from=FROM <recording> [<note>]

Open a file.

Arguments:
  <recording>  File to open.
  [<note>]     A note.

Flags:
  --from=FROM  Where to begin.

Examples:
  natsctl open f

For the global flags (context, credentials, output), see natsctl --help.
`,
	} {
		code, out, errs := newConsole(t).run(strings.Fields(line)...)
		if code != 0 || errs != "" || strings.TrimSpace(out) != strings.TrimSpace(want) {
			t.Errorf("%s: exit code %d, %q\n%s", line, code, errs, out)
		}
	}
	code, out, _ := newConsole(t).run("--help")
	for _, part := range []string{
		"usage: natsctl [<flags>] <command> [<args> ...]\n\nSample program.\n", "\nCommands:\n  help      Show help.\n  look ...  Look at things.\n  open      Open a file.\n",
		"\nExamples:\n  natsctl look ls routes\n", "\n      --context=NAME ", "\n  -s, --server=URL ... ",
	} {
		if code != 0 || !strings.Contains(out, part) {
			t.Errorf("no %q in\n%s", part, out)
		}
	}
	if strings.Contains(out, "--password-stdin=") || strings.Contains(out, "inner") {
		t.Errorf("%s", out)
	}
}
