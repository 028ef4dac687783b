package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/view"
)

// misuse is one row of the table of parser errors: a pattern for the message,
// with the word at fault in parentheses, and the message to print instead. If
// nil, the message of the parser is kept.
type misuse struct {
	pattern *regexp.Regexp
	message func(w *Line, words []string) error
}

// misuses are the errors of kingpin that do not say what to do.
func misuses() []misuse {
	re := regexp.MustCompile
	return []misuse{
		{re(`^expected command but got "(.*)"$`), func(w *Line, m []string) error {
			return noCommand(w, m[1])
		}},
		{re(`^must select a subcommand`), func(w *Line, _ []string) error {
			return needsCommand{w.typed(), commandRows(w.commands())}
		}},
		{re(`^unknown (?:long|short) flag '(.*)'$`), func(w *Line, m []string) error {
			if name := strings.TrimLeft(m[1], "-"); slices.Contains(values(commandNames(w.commands())), name) {
				return fmt.Errorf("%s has no flag %s; it is a command: %s %s", w.typed(), m[1], w.typed(), name)
			}
			if ours := w.nats.flags[m[1]]; w.has(ours) {
				return fmt.Errorf("%s has no flag %s; %s does that", w.typed(), m[1], ours)
			}
			return fmt.Errorf("%s has no flag %s%s", w.typed(), m[1], view.Suggest(m[1], values(w.flagNames())))
		}},
		{re(`^expected argument for flag '(.*)'$`), func(_ *Line, m []string) error {
			return fmt.Errorf("%s needs a value; if it begins with a dash, write %s=-VALUE", m[1], m[1])
		}},
		{re(`^required argument '(.*)' not provided$`), func(w *Line, m []string) error {
			return fmt.Errorf("%s needs the argument <%s>", w.typed(), m[1])
		}},
		{re(`^required flag\(s\) (.*) not provided$`), func(w *Line, m []string) error {
			return fmt.Errorf("%s needs the flag %s", w.typed(), strings.ReplaceAll(m[1], "'", ""))
		}},
		{re(`^unexpected (.*)$`), func(w *Line, m []string) error {
			return fmt.Errorf("%s takes no argument %q%s", w.typed(), m[1], view.Suggest("--"+m[1], values(w.flagNames())))
		}},
		{re(`^flag '(.*)' cannot be repeated$`), func(_ *Line, m []string) error {
			return fmt.Errorf("--%s was given twice", m[1])
		}},
		{re(`^enum value must be one of (.*), got '(.*)'$`), func(w *Line, m []string) error {
			return fmt.Errorf("%sinvalid value %q (one of %s)", w.holder(m[2]), m[2], strings.ReplaceAll(m[1], ",", ", "))
		}},
		{re(`^strconv\.Parse(?:Float|Int|Uint): parsing "(.*)": `), func(w *Line, m []string) error {
			return fmt.Errorf("%sinvalid number %q", w.holder(m[1]), m[1])
		}},
		{re(`^time: (?:invalid duration|missing unit in duration|unknown unit .* in duration) "(.*)"$`), func(w *Line, m []string) error {
			return fmt.Errorf("%sinvalid duration %q (examples: 500ms, 10s, 2m)", w.holder(m[1]), m[1])
		}},
	}
}

// explainParse describes the error kingpin found in a command line: where, in
// which word, and a suggestion.
func explainParse(nats natsWords, model *kingpin.ApplicationModel, args []string, err error) error {
	w := newLine(model)
	w.nats = nats
	for _, arg := range args {
		w.next(arg)
	}
	for _, row := range misuses() {
		if words := row.pattern.FindStringSubmatch(err.Error()); words != nil {
			err = row.message(w, words)
			break
		}
	}
	return InCommand{UsageError{err}, w.Name()}
}

// has reports whether the command named so far has a flag, which may stand with its value.
func (w *Line) has(flag string) bool {
	name, _, _ := strings.Cut(flag, " ")
	return name != "" && w.flag(name) != nil
}

// typed returns the command named so far, as typed.
func (w *Line) typed() string { return strings.TrimSpace("natsctl " + w.Name()) }

// holder names the flag that was given a value, as the beginning of a sentence
// about it; "" when the value belongs to an argument.
func (w *Line) holder(value string) string {
	for _, f := range w.allFlags() {
		if w.Flags[f.Name] == value {
			return "--" + f.Name + ": "
		}
	}
	return ""
}

// values returns the words of candidates, without descriptions.
func values(list []Candidate) []string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.Value
	}
	return words
}

// needsCommand is the error of a command group that was given without a command.
type needsCommand struct {
	group string
	rows  [][2]string // the commands, with their help
}

// Error names the group.
func (n needsCommand) Error() string { return n.group + " needs a command" }

// Lines returns the error, then the commands.
func (n needsCommand) Lines() []string {
	lines := []string{n.Error() + ":"}
	width := 0
	for _, row := range n.rows {
		width = max(width, len(row[0]))
	}
	for _, row := range n.rows {
		lines = append(lines, fmt.Sprintf("  %-*s  %s", width, row[0], row[1]))
	}
	return lines
}
