package exportercmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// exporterForgetCommand says that servers are gone for good.
type exporterForgetCommand struct {
	names []string
	state string
}

func (c *exporterForgetCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("server", "Name of a server that is gone for good.").Required().StringsVar(&c.names)
	cmd.Flag("state", "The file that the exporter was started with.").Required().PlaceHolder("FILE").StringVar(&c.state)
}

// Run takes the servers out of the file; a file that does not exist is more
// likely a wrong path than an exporter without servers.
func (c *exporterForgetCommand) Run(_ context.Context, e *cli.Env) error {
	if _, err := os.Stat(c.state); err != nil {
		return cli.Usagef("--state: %v", err)
	}
	err := exporter.Forget(c.state, c.names...)
	if errors.Is(err, exporter.ErrUnknownServer) {
		known, _ := exporter.Remembered(c.state) // it could be read a moment ago
		unknown := slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return slices.Contains(known, name) })
		if len(unknown) > 0 {
			return fmt.Errorf("%w%s", err, view.Suggest(unknown[0], known))
		}
	}
	if err != nil {
		return err
	}
	for _, name := range c.names {
		if _, err := fmt.Fprintf(e.Out, "%s is no longer expected\n", view.Text(name)); err != nil {
			return err
		}
	}
	return nil
}
