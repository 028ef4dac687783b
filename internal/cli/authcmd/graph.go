package authcmd

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/view"
)

// graphCommand shows who shares what with whom.
type graphCommand struct {
	cli.ShapeFlags
	account string
}

func (c *graphCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("account", "Only what this account exports or imports.").StringVar(&c.account)
	c.ShapeFlags.Setup(cmd, "")
}

var shareColumns = []view.Column[fleet.Share]{
	{Name: "importer", Title: "Importer", Help: "Account that imports; empty for an export that no account imports.", Value: func(s fleet.Share) any { return s.Importer }, Label: func(s fleet.Share) string { return s.ImporterName }},
	{Name: "local", Title: "As", Help: "Subject by which the importing account knows it.", Value: func(s fleet.Share) any { return s.Local }},
	{Name: "type", Title: "Type", Help: "stream or service.", Value: func(s fleet.Share) any { return s.Type }},
	{Name: "exporter", Title: "Exporter", Help: "Account that exports.", Value: func(s fleet.Share) any { return s.Exporter }, Label: func(s fleet.Share) string { return s.ExporterName }},
	{Name: "subject", Title: "Subject", Help: "Subject by which the exporting account knows it.", Value: func(s fleet.Share) any { return s.Subject }},
	{Name: "state", Title: "State", Help: "active, or what is wrong.", Value: func(s fleet.Share) any { return s.State }, Level: checks.ShareLevel},
	{Name: "why", Title: "Why", Help: "Why it is not active.", Value: func(s fleet.Share) any { return s.Why }},
}

// graphFormats are those of tables, and drawings.
var graphFormats = append(slices.Clone(cli.Formats), "dot", "mermaid", "svg")

func (c *graphCommand) Run(ctx context.Context, e *cli.Env) error {
	format, err := e.Format(graphFormats...)
	if err != nil {
		return err
	}
	client, err := e.System(ctx)
	if err != nil {
		return err
	}
	shares, err := client.Claims().Sharing(ctx)
	if err != nil {
		return err
	}
	if c.account != "" {
		all := len(shares)
		shares = slices.DeleteFunc(shares, func(s fleet.Share) bool { return !c.concerns(s) })
		if len(shares) == 0 && all > 0 && e.ErrTTY {
			e.Note("", "account "+c.account+" shares nothing")
		}
	}
	switch format {
	case "dot":
		return drawDOT(e.Out, shares)
	case "mermaid":
		return drawMermaid(e.Out, shares)
	case "svg":
		return drawSVG(e.Out, shares)
	}
	grid, err := c.Shape.Apply(view.NewGrid(shareColumns, slices.Values(shares)))
	if err != nil {
		return err
	}
	return e.PrintTable(format, cli.Table{Schema: "natsctl.auth.graph/v1", Grid: grid})
}

func (c *graphCommand) concerns(s fleet.Share) bool {
	return slices.Contains([]string{s.Exporter, s.ExporterName, s.Importer, s.ImporterName}, c.account)
}

// label is what a drawing writes at an arrow.
func label(s fleet.Share) string {
	text := s.Type + " " + s.Subject
	if s.Local != s.Subject && s.Local != "" {
		text += " as " + s.Local
	}
	if s.State != "active" {
		text += " (" + s.State + ")"
	}
	return text
}

// active reports whether messages go through a share.
func active(s fleet.Share) bool { return s.State == "active" || s.State == "shadows" }

// drawDOT draws the arrows in which messages go: of a stream from the exporter to
// the importer, of a service the other way.
func drawDOT(w io.Writer, shares []fleet.Share) error {
	var b strings.Builder
	b.WriteString("digraph sharing {\n  rankdir=LR;\n  node [shape=box];\n")
	for _, s := range shares {
		from, to := ends(s)
		style := ""
		if !active(s) {
			style = `, style=dashed, color=red`
		}
		if s.Importer == "" {
			fmt.Fprintf(&b, "  %s;\n", dotText(s.ExporterName))
			continue
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s%s];\n", dotText(from), dotText(to), dotText(label(s)), style)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// ends are the accounts from which and to which messages go.
func ends(s fleet.Share) (from, to string) {
	if s.Type == "service" {
		return s.ImporterName, s.ExporterName
	}
	return s.ExporterName, s.ImporterName
}

func dotText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(view.Text(text)) + `"`
}

func drawMermaid(w io.Writer, shares []fleet.Share) error {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	ids := map[string]string{}
	id := func(name string) string {
		if ids[name] == "" {
			ids[name] = fmt.Sprint("a", len(ids))
			fmt.Fprintf(&b, "  %s[\"%s\"]\n", ids[name], mermaidText(name))
		}
		return ids[name]
	}
	for _, s := range shares {
		if s.Importer == "" {
			id(s.ExporterName)
			continue
		}
		from, to := ends(s)
		left, right, arrow := id(from), id(to), "-->"
		if !active(s) {
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "  %s %s|\"%s\"| %s\n", left, arrow, mermaidText(label(s)), right)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidText writes every character that the syntax could take for its own as a
// number.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range view.Text(text) {
		if r == ' ' || r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, "#%d;", r)
	}
	return b.String()
}
