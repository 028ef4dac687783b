// Package explaincmd holds the command natsctl explain: what an error of a
// server means. Package internal/explain knows the errors.
package explaincmd

import (
	"context"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/explain"
	"github.com/natsctl/natsctl/internal/view"
)

// Entries is the command.
func Entries() []cli.Entry {
	return []cli.Entry{{Name: "explain", Help: "Say what an error of a server means, where it comes from, and which command looks into it.", Cmd: &command{}, Examples: []string{
		"explain 10059",
		`explain "Slow Consumer (Write Deadline)"`,
		`explain authorization violation`,
		"explain -o wide",
	}}}
}

// Advices are the rows of the error table for the command.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(explain.ErrUnknown), cli.ExitFailed, cli.Hint("give a code, or a part of the text; list all errors with: natsctl explain")),
	}
}

// Values complete codes and texts.
func Values() []cli.Value {
	return []cli.Value{cli.Complete("explain", "error", labels)}
}

// labels are the codes, and the texts of what has none.
func labels(*cli.Env, *cli.Line) cli.Offer {
	var words []cli.Candidate
	for _, e := range explain.All() {
		switch {
		case e.Code != 0:
			words = append(words, cli.Candidate{Value: e.Label(), Help: e.Text})
		case !strings.Contains(e.Text, "{"):
			words = append(words, cli.Candidate{Value: e.Text, Help: string(e.Kind)})
		}
	}
	return cli.Offer{Words: words}
}

// command explains an error, or lists all.
type command struct {
	query []string
	cli.ShapeFlags
}

func (c *command) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("error", "Code, or text as in a log, a client's error or the reason of a closed connection (default: list all).").StringsVar(&c.query)
	c.ShapeFlags.Setup(cmd, "")
}

// columns are the columns of a list of errors.
var columns = []view.Column[explain.Entry]{
	{Name: "code", Title: "Code", Help: "Code of a JetStream API error, or of the status of a reply.", Value: func(e explain.Entry) any { return orNothing(e.Code) }},
	{Name: "kind", Title: "Kind", Help: "Where the error appears.", Value: func(e explain.Entry) any { return string(e.Kind) }},
	{Name: "text", Title: "Text", Help: "What the server says; a name in braces stands for a value.", Value: func(e explain.Entry) any { return e.Text }},
	{Name: "status", Title: "Status", Help: "Status of a JetStream API error, as in HTTP.", Wide: true, Value: func(e explain.Entry) any { return orNothing(e.Status) }},
	{Name: "means", Title: "Means", Help: "What happened.", Wide: true, Value: func(e explain.Entry) any { return e.Means }},
	{Name: "from", Title: "From", Help: "What sends it, and to whom.", Wide: true, Value: func(e explain.Entry) any { return e.From }},
	{Name: "next", Title: "Next", Help: "Commands that look into it, the best one first.", Wide: true, Value: func(e explain.Entry) any { return commandsOf(e) }},
}

func orNothing(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// commandsOf are the commands that look into an error, as a user types them.
func commandsOf(e explain.Entry) []string {
	out := make([]string, len(e.Next))
	for i, next := range e.Next {
		out[i] = "natsctl " + next
	}
	return out
}

// whole is how many errors are shown in full.
const whole = 4

func (c *command) Run(_ context.Context, e *cli.Env) error {
	found := explain.All()
	if len(c.query) > 0 {
		var err error
		if found, err = explain.Find(strings.Join(c.query, " ")); err != nil {
			return err
		}
	}
	format, err := e.Format()
	if err != nil {
		return err
	}
	if format == "table" && len(found) <= whole && c.Shape == (view.Shape{}) {
		return show(e, found)
	}
	grid, err := c.Shape.Apply(view.NewGrid(columns, slices.Values(found)))
	if err != nil {
		return err
	}
	return e.Print(cli.Table{Schema: "natsctl.explain/v1", Grid: grid})
}

// show writes errors in full, for people.
func show(e *cli.Env, found []explain.Entry) error {
	for i, entry := range found {
		s := &cli.Sheet{}
		if i > 0 {
			s.List("", []string{""})
		}
		if entry.Code != 0 {
			s.Add("Code", entry.Label())
		}
		s.Add("Text", entry.Text)
		s.Add("Kind", string(entry.Kind))
		s.Add("Means", entry.Means)
		s.Add("Comes from", entry.From)
		s.List("Look with", commandsOf(entry))
		if err := s.Write(e.Out); err != nil {
			return err
		}
	}
	return nil
}
