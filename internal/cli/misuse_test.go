package cli

import (
	"strings"
	"testing"
)

// TestMisuse names the word at fault and what is right instead: exit code 2,
// and nothing on standard output.
func TestMisuse(t *testing.T) {
	const help = "natsctl: hint: list the commands with: natsctl --help, the flags of one with: natsctl COMMAND --help"
	const of = "natsctl: hint: see natsctl look ls --help"
	for _, tt := range []struct{ line, want, hint string }{
		{"lok", `natsctl has no command "lok"; did you mean "look"?`, help},
		{"zzzzzz", `natsctl has no command "zzzzzz"`, help},
		{"pub", `natsctl has no command "pub"; use the nats CLI, which shares the contexts`, help},
		{"look report", `natsctl look has no command "report"; natsctl look ls does that`, "natsctl: hint: see natsctl look --help"},
		{"look ls routes --verbos", `natsctl look ls has no flag --verbos; did you mean "--verbose"?`, of},
		{"look ls routes --sortby x", "natsctl look ls has no flag --sortby; --sort does that", of},
		{"open f --sortby x", "natsctl open has no flag --sortby", "natsctl: hint: see natsctl open --help"},
		{"look ls routes -z", "natsctl look ls has no flag -z", of},
		{"look --ls", "natsctl look has no flag --ls; it is a command: natsctl look ls", "natsctl: hint: see natsctl look --help"},
		{"look ls routes --sort", "--sort needs a value; if it begins with a dash, write --sort=-VALUE", of},
		{"look ls", "natsctl look ls needs the argument <target>", of},
		{"open f", "natsctl open needs the flag --from", "natsctl: hint: see natsctl open --help"},
		{"open f n save --from x", `natsctl open takes no argument "save"`, "natsctl: hint: see natsctl open --help"},
		{"open f n from --from x", `natsctl open takes no argument "from"; did you mean "--from"?`, "natsctl: hint: see natsctl open --help"},
		{"look ls routes --level x", `--level: invalid value "x" (one of info, warn, crit)`, of},
		{"look ls x", `invalid value "x" (one of routes, leafs)`, of},
		{"look ls routes --retries x", `--retries: invalid number "x"`, of},
		{"look ls routes --rate x", `--rate: invalid number "x"`, of},
		{"look ls routes --every 5", `--every: invalid duration "5" (examples: 500ms, 10s, 2m)`, of},
		{"look ls routes --every 5y", `--every: invalid duration "5y" (examples: 500ms, 10s, 2m)`, of},
		{"look ls routes --every x", `--every: invalid duration "x" (examples: 500ms, 10s, 2m)`, of},
		{"look ls routes --every 1s --every 2s", "--every was given twice", of},
		{"look ls routes --retries 0", "--retries: 0 is too small; must be 1 or more", of},
		{"look ls routes --retries=-1", "--retries: -1 is too small; must be 1 or more", of},
		{"look ls routes --every 0s", "--every: 0s is too small; must be more than 0", of},
		{"look ls routes --rate=-0.5", "--rate: -0.5 is too small; must be 0 or more", of},
		{"look ls routes --rate nan", `--rate: invalid number "nan"`, of},
		{"look ls routes --rate inf", `--rate: invalid number "inf"`, of},
		{"look ls routes --rate=-inf", `--rate: invalid number "-inf"`, of},
		{"look ls routes --label=", "--label has no value; is a shell variable not set?", of},
		{"look ls routes n1 ", "the argument <server> is empty; is a shell variable not set?", of},
		{"look ls routes -o x", `unknown output format "x"; use one of table, wide, json, ndjson, yaml, csv`, of},
		{"look ls routes -o csv --jq .", "--jq filters JSON; use it with -o json or -o ndjson, not -o csv", of},
	} {
		code, out, errs := newConsole(t).run(strings.Split(tt.line, " ")...)
		if want := "natsctl: error: " + tt.want + "\n" + tt.hint + "\n"; code != ExitUsage || out != "" || errs != want {
			t.Errorf("%s: exit code %d, %q\n%swant\n%s", tt.line, code, out, errs, want)
		}
	}
	for _, line := range []string{"look ls routes", "look ls routes --rate 0", "look ls routes --limit 1", "look ls routes --every 1ns --retries 1", "look ls routes --no-check n1 n2"} {
		if code, _, errs := newConsole(t).run(strings.Fields(line)...); code != ExitOK || errs != "" {
			t.Errorf("%s: exit code %d, %q", line, code, errs)
		}
	}
}

// TestGroupNeedsACommand lists the commands of a group that is given alone.
func TestGroupNeedsACommand(t *testing.T) {
	code, out, errs := newConsole(t).run("look")
	want := "natsctl: error: natsctl look needs a command:\nnatsctl: error:   ls     List things.\nnatsctl: error:   one    Show one.\n"
	if code != ExitUsage || out != "" || !strings.HasPrefix(errs, want) || strings.Contains(errs, "inner") {
		t.Errorf("exit code %d, %q\n%s", code, out, errs)
	}
}
