package clustercmd

import (
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
)

// confirm shows the changes to an existing cluster, and asks before anything is stopped, removed, weakened or lost.
func (c *clusterUp) confirm(e *cli.Env, ch broker.Change) error {
	e.Note("", fmt.Sprintf("cluster %s changes:", ch.Name))
	for _, line := range ch.Lines {
		e.Note("", "  "+line)
	}
	if len(ch.Harm) == 0 {
		return nil
	}
	return confirmHarm(e, ch.Harm, ch.Name, c.yes, c.dryRun)
}

// confirmHarm lists what a change would do, and asks for the name of the cluster, unless nothing is done.
func confirmHarm(e *cli.Env, harm []string, cluster string, yes, dryRun bool) error {
	plan := []string{"this does harm:"}
	for _, line := range harm {
		plan = append(plan, "  "+line)
	}
	if dryRun {
		for _, line := range plan {
			e.Note("", line)
		}
		return nil
	}
	act := cli.ActFlags{Yes: yes}
	return act.ConfirmLines(e, plan, cluster, false)
}

// stopFlags are of commands that stop nodes.
type stopFlags struct{ yes bool }

func (f *stopFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("yes", "Do not ask before streams are lost that are in memory only.").Short('y').BoolVar(&f.yes)
}

// confirm asks before streams in memory are lost; batches are nodes that are away at the same time.
func (f *stopFlags) confirm(ctx context.Context, e *cli.Env, l local, batches ...[]string) error {
	if f.yes {
		return nil
	}
	harm, err := l.home.LostByStop(ctx, l.Name, batches...)
	if err != nil || len(harm) == 0 {
		return err
	}
	return confirmHarm(e, harm, l.Name, false, false)
}
