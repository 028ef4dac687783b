package clustercmd

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker/export"
	"github.com/natsctl/natsctl/internal/cli"
)

// clusterExport writes the configuration of a cluster for other tools to run.
type clusterExport struct {
	which   clusterArg
	format  string
	dir     string
	secrets bool
}

func (c *clusterExport) Setup(cmd *kingpin.CmdClause) {
	c.which.Setup(cmd)
	cmd.Flag("format", "For whom: "+strings.Join(export.Formats(), ", ")+".").Default("conf").EnumVar(&c.format, export.Formats()...)
	cmd.Flag("dir", "Directory to write, new or empty.").Required().PlaceHolder("DIR").StringVar(&c.dir)
	cmd.Flag("with-secrets", "Write passwords, private keys and credentials too.").BoolVar(&c.secrets)
}

func (c *clusterExport) Run(_ context.Context, e *cli.Env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	fleet, err := l.home.Fleet(l.Name)
	if err != nil {
		return err
	}
	names, err := export.Write(fleet.Plan, export.Format(c.format), c.dir, c.secrets)
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := fmt.Fprintln(e.Out, filepath.Join(c.dir, name)); err != nil {
			return err
		}
	}
	e.Note("", "how to run it: "+filepath.Join(c.dir, "README.md"))
	if c.secrets {
		e.Note("warning", "it holds secrets; keep it where only its owner can read")
	}
	return nil
}
