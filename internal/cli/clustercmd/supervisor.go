package clustercmd

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
)

// clusterSupervise is the process that supervises a cluster.
type clusterSupervise struct{ name string }

func (c *clusterSupervise) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The cluster.").Required().StringVar(&c.name)
}

func (c *clusterSupervise) Run(ctx context.Context, e *cli.Env) error {
	home, err := clusters(e)
	if err != nil {
		return err
	}
	l, err := launcher()
	if err != nil {
		return err
	}
	return home.Supervise(ctx, c.name, l, e.In, e.Out)
}

// clusterRunNode is the process of a node.
type clusterRunNode struct{ conf string }

func (c *clusterRunNode) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("conf", "Configuration file.").Required().StringVar(&c.conf)
}

func (c *clusterRunNode) Run(ctx context.Context, e *cli.Env) error {
	return broker.RunNode(ctx, c.conf, e.In)
}
