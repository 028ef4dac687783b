package main

// usageTemplate lays out help: what it is, how to call it, commands first,
// then flags. Global flags are shown only at the top, so that a command's own
// flags stand out.
const usageTemplate = `{{define "FormatCommands" -}}
{{range .FlattenedCommands -}}
{{if not .Hidden}}  {{.FullCommand}}{{if .Default}}*{{end}}
{{.Help | Wrap 6}}{{end -}}
{{end -}}
{{end -}}
{{if .Context.SelectedCommand -}}
usage: {{.App.Name}} {{.Context.SelectedCommand}}{{if .Context.SelectedCommand.FlagSummary}} {{.Context.SelectedCommand.FlagSummary}}{{end}}{{if .Context.SelectedCommand.Args}} {{.Context.SelectedCommand.ArgSummary}}{{end}}{{if .Context.SelectedCommand.Commands}} <command>{{end}}

{{.Context.SelectedCommand.Help | Wrap 0}}
{{if .Context.SelectedCommand.HelpLong}}{{.Context.SelectedCommand.HelpLong | Wrap 0}}
{{end -}}
{{if .Context.SelectedCommand.Args}}Arguments:
{{.Context.SelectedCommand.Args | ArgsToTwoColumns | FormatTwoColumns}}
{{end -}}
{{if .Context.SelectedCommand.Flags}}Flags:
{{.Context.SelectedCommand.Flags | FlagsToTwoColumns | FormatTwoColumns}}
{{end -}}
{{if .Context.SelectedCommand.Commands}}Commands:
{{template "FormatCommands" .Context.SelectedCommand}}
{{end -}}
Global flags (context, credentials, output) stand in: {{.App.Name}} --help
{{else -}}
usage: {{.App.Name}} [<flags>] <command> [<args> ...]

{{.App.Help | Wrap 0}}
Commands:
{{template "FormatCommands" .App}}
Global flags:
{{.Context.Flags | FlagsToTwoColumns | FormatTwoColumns}}
Exit codes: 0 ok, 1 failed, 2 usage, 3 partial answer or invalid measurement, 4 auth or
permission, 5 unreachable or timeout, 6 check or SLO failed, 130 interrupted.
{{end -}}
`
