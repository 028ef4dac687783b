package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// usageTemplate is the layout of help: description, usage, the commands one
// level below, then flags. Global flags are shown only at the top, so that a
// command's own flags stand out.
const usageTemplate = `{{if .Context.SelectedCommand -}}
usage: {{.App.Name}} {{.Context.SelectedCommand}}{{if .Context.SelectedCommand.FlagSummary}} {{.Context.SelectedCommand.FlagSummary}}{{end}}{{if .Context.SelectedCommand.Args}} {{.Context.SelectedCommand.Args | ArgSummary}}{{end}}{{if .Context.SelectedCommand.Commands}} <command>{{end}}

{{.Context.SelectedCommand.Help | Wrap 0}}
{{if .Context.SelectedCommand.HelpLong}}{{.Context.SelectedCommand.HelpLong | Wrap 0}}
{{end -}}
{{if .Context.SelectedCommand.Args}}Arguments:
{{.Context.SelectedCommand.Args | ArgRows | FormatTwoColumns}}
{{end -}}
{{if .Context.SelectedCommand.Flags}}Flags:
{{.Context.SelectedCommand.Flags | FlagRows | FormatTwoColumns}}
{{end -}}
{{if .Context.SelectedCommand.Commands}}Commands:
{{.Context.SelectedCommand.Commands | CommandRows | FormatTwoColumns}}
{{end -}}
Examples:
{{range Examples .Context.SelectedCommand}}  {{$.App.Name}} {{.}}
{{end}}
For the global flags (context, credentials, output), see {{.App.Name}} --help.
{{else -}}
usage: {{.App.Name}} [<flags>] <command> [<args> ...]

{{.App.Help | Wrap 0}}
Commands:
{{.App.Commands | CommandRows | FormatTwoColumns}}
For a command and those below it, see {{.App.Name}} COMMAND --help.

Examples:
{{range Examples nil}}  {{$.App.Name}} {{.}}
{{end}}
Global flags:
{{.Context.Flags | FlagRows | FormatTwoColumns}}
Exit codes: 0 ok, 1 failed, 2 usage, 3 partial answer or invalid measurement, 4 auth or
permission, 5 unreachable or timeout, 6 check or SLO failed, 130 interrupted.
{{end -}}
`

// usageFuncs are the template functions in addition to those of kingpin.
func usageFuncs(a App) template.FuncMap {
	return template.FuncMap{
		"CommandRows": commandRows, "FlagRows": flagRows, "ArgRows": argRows, "ArgSummary": argSummary,
		"Examples": func(c *kingpin.CmdModel) []string {
			if c == nil {
				return a.Examples
			}
			return examples(a.Entries, strings.Fields(c.FullCommand))
		},
	}
}

// examples returns the example lines of the command named by path.
func examples(entries []Entry, path []string) []string {
	for _, c := range entries {
		switch {
		case c.Name != path[0]:
		case len(path) > 1:
			return examples(c.Sub, path[1:])
		default:
			return c.examples()
		}
	}
	return nil
}

// examples returns the example lines of a command; for a group, the first of each
// of up to four of its commands.
func (c Entry) examples() (lines []string) {
	const most = 4
	lines = c.Examples
	for _, sub := range c.Sub {
		if own := sub.examples(); len(own) > 0 && len(lines) < most && len(c.Examples) == 0 {
			lines = append(lines, own[0])
		}
	}
	return lines
}

// commandRows returns commands with their help; three dots mark those with
// subcommands.
func commandRows(commands []*kingpin.CmdModel) (rows [][2]string) {
	for _, c := range commands {
		name := c.Name
		if len(c.Commands) > 0 {
			name += " ..."
		}
		if !c.Hidden {
			rows = append(rows, [2]string{name, c.Help})
		}
	}
	return rows
}

// argName returns an argument as usage shows it: in brackets when it is optional,
// with dots when it may be repeated.
func argName(a *kingpin.ArgModel) string {
	name := "<" + a.Name + ">"
	if isMany(a.Value) {
		name += "..."
	}
	if !a.Required {
		name = "[" + name + "]"
	}
	return name
}

func argSummary(args []*kingpin.ArgModel) string {
	var names []string
	for _, a := range args {
		if !a.Hidden {
			names = append(names, argName(a))
		}
	}
	return strings.Join(names, " ")
}

// argRows returns arguments with their help.
func argRows(args []*kingpin.ArgModel) (rows [][2]string) {
	for _, a := range args {
		if !a.Hidden {
			rows = append(rows, [2]string{argName(a), a.Help})
		}
	}
	return rows
}

// isMany reports whether a value may be given several times.
func isMany(v kingpin.Value) bool {
	many, ok := v.(interface{ IsCumulative() bool })
	return ok && many.IsCumulative()
}

// flagRows returns flags with their help and default.
func flagRows(flags []*kingpin.FlagModel) (rows [][2]string) {
	indent := ""
	for _, f := range flags {
		if f.Short != 0 && !f.Hidden {
			indent = "    "
		}
	}
	for _, f := range flags {
		if f.Hidden {
			continue
		}
		name := indent + "--" + f.Name
		if f.IsBoolFlag() && slices.Equal(f.Default, []string{"true"}) {
			name = indent + "--[no-]" + f.Name
		}
		if f.Short != 0 {
			name = fmt.Sprintf("-%c, --%s", f.Short, f.Name)
		}
		if !f.IsBoolFlag() {
			name += "=" + valueName(f)
		}
		if isMany(f.Value) {
			name += " ..."
		}
		rows = append(rows, [2]string{name, flagHelp(f)})
	}
	return rows
}

// valueName returns the placeholder for the value of a flag.
func valueName(f *kingpin.FlagModel) string {
	if f.PlaceHolder != "" {
		return f.PlaceHolder
	}
	if def := strings.Join(f.Default, ","); def != "" {
		if _, err := strconv.ParseFloat(def, 64); err == nil {
			return "N"
		}
		if _, err := time.ParseDuration(def); err == nil {
			return "DURATION"
		}
	}
	return strings.ToUpper(f.Name[strings.LastIndexAny(f.Name, ".-")+1:])
}

// flagHelp returns the help of a flag, with its default unless the text has it.
func flagHelp(f *kingpin.FlagModel) string {
	def := strings.Join(f.Default, ", ")
	if def == "" || f.IsBoolFlag() || strings.Contains(strings.ToLower(f.Help), "default") {
		return f.Help
	}
	return strings.TrimSuffix(f.Help, ".") + " (default " + def + ")."
}
