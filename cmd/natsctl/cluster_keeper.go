package main

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
)

// clusterKeep is the process that keeps a cluster.
type clusterKeep struct{ name string }

func (c *clusterKeep) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The cluster.").Required().StringVar(&c.name)
}

func (c *clusterKeep) run(ctx context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	l, err := launcher()
	if err != nil {
		return err
	}
	return home.Supervise(ctx, c.name, l, e.in, e.out)
}

// clusterRunNode is a process that is a node.
type clusterRunNode struct{ conf string }

func (c *clusterRunNode) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("conf", "Configuration file.").Required().StringVar(&c.conf)
}

func (c *clusterRunNode) run(ctx context.Context, e *env) error {
	return broker.RunNode(ctx, c.conf, e.in)
}
