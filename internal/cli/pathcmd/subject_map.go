package pathcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/path"
	"github.com/natsctl/natsctl/internal/view"
)

// mapCommand tries a mapping.
type mapCommand struct {
	source, destination string
	subjects            []string
	strict              bool
}

func (c *mapCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("source", `Subjects that the mapping is for, such as "orders.*".`).Required().StringVar(&c.source)
	cmd.Arg("destination", `What becomes of them, such as "eu.orders.{{wildcard(1)}}".`).Required().StringVar(&c.destination)
	cmd.Arg("subject", "Subjects to try (default: only check the mapping).").StringsVar(&c.subjects)
	cmd.Flag("import", "Apply the stricter rules for imports.").BoolVar(&c.strict)
}

// mapped is a subject and what becomes of it.
type mapped struct {
	subject, becomes string
	matches          bool
}

// mappedColumns are the columns of tried subjects.
var mappedColumns = []view.Column[mapped]{
	{Name: "subject", Title: "Subject", Help: "Subject of the message.", Value: func(m mapped) any { return m.subject }},
	{Name: "becomes", Title: "Becomes", Help: "Subject after the mapping; nothing if the mapping does not match.", Value: func(m mapped) any {
		if !m.matches {
			return nil
		}
		return m.becomes
	}},
	{Name: "matches", Title: "Matches", Help: "Whether the mapping matches the subject.", Wide: true, Value: func(m mapped) any { return m.matches }},
}

// Run prints the result of every subject, and then fails if the mapping does
// not match one of them.
func (c *mapCommand) Run(_ context.Context, e *cli.Env) error {
	if _, err := e.Format(); err != nil {
		return err
	}
	m, err := path.NewMapping(c.source, c.destination, c.strict)
	if err != nil {
		return err
	}
	if len(c.subjects) == 0 {
		e.Note("", fmt.Sprintf("valid: %s is mapped to %s; name subjects to try it", c.source, c.destination))
	}
	var rows []mapped
	var failed error
	for _, subject := range c.subjects {
		becomes, err := m.Apply(subject)
		if err != nil && !errors.Is(err, path.ErrNoMatch) {
			return err
		}
		rows, failed = append(rows, mapped{subject, becomes, err == nil}), errors.Join(failed, err)
	}
	if len(rows) > 0 || e.Flags.Output != "" && e.Flags.Output != "table" {
		if err := e.Print(cli.Table{Schema: "natsctl.subject.map/v1", Grid: view.NewGrid(mappedColumns, slices.Values(rows))}); err != nil {
			return err
		}
	}
	if m.Random && len(rows) > 0 {
		e.Note("note", "random() gives each message a number of its own; these are examples")
	}
	return failed
}
