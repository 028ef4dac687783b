package clustercmd

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
)

// confirm shows the changes to an existing cluster, and asks before anything is stopped, removed, weakened or lost.
func (c *clusterUp) confirm(e *cli.Env, ch broker.Change) error {
	e.Say("", fmt.Sprintf("cluster %s changes:", ch.Name))
	for _, line := range ch.Lines {
		e.Say("", "  "+line)
	}
	if len(ch.Harm) == 0 {
		return nil
	}
	plan := []string{"this does harm:"}
	for _, line := range ch.Harm {
		plan = append(plan, "  "+line)
	}
	if c.dryRun {
		for _, line := range plan {
			e.Say("", line)
		}
		return nil
	}
	act := cli.ActFlags{Yes: c.yes}
	return act.ConfirmLines(e, plan, ch.Name, false)
}
