package clustercmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
)

// unwellError is an [errUnhealthy] with its cluster.
type unwellError struct{ status broker.Status }

// Error names the nodes that are not healthy.
func (u unwellError) Error() string { return errUnhealthy.Error() + ": " + unwell(u.status) }

// Unwrap returns [errUnhealthy].
func (unwellError) Unwrap() error { return errUnhealthy }

// hintUnhealthy gives the commands that fix the cluster.
func hintUnhealthy(err error) string {
	var u unwellError
	if errors.As(err, &u) {
		if cmds := fixCommands(u.status); len(cmds) > 0 {
			return "fix it with: " + strings.Join(cmds, "; ")
		}
	}
	return "natsctl cluster logs --level warn says why; natsctl cluster node start NODE starts a node that has ended"
}

// fixCommands returns the commands that undo faults injected into a cluster.
func fixCommands(s broker.Status) (cmds []string) {
	for _, m := range []struct {
		phase broker.Phase
		do    string
	}{{broker.Paused, "resume"}, {broker.Exited, "start"}, {broker.Stopped, "start"}} {
		var nodes []string
		for _, n := range s.Nodes {
			if n.Phase == m.phase {
				nodes = append(nodes, cli.ShellQuote(n.Name))
			}
		}
		if len(nodes) > 0 {
			cmds = append(cmds, fmt.Sprintf("natsctl cluster node %s --in %s %s", m.do, cli.ShellQuote(s.Name), strings.Join(nodes, " ")))
		}
	}
	if len(s.Faults) > 0 {
		cmds = append(cmds, "natsctl cluster fault heal --in "+cli.ShellQuote(s.Name))
	}
	return cmds
}

// left returns when the effect of an interrupted chaos on a node ends by itself.
func left(n broker.NodeStatus) string {
	if n.Until.IsZero() {
		return ""
	}
	return " (chaos; healed automatically at " + n.Until.UTC().Format("15:04:05") + ")"
}

// trouble describes what is wrong with a running cluster; "" when nothing is, or when it is unknown.
func trouble(ctx context.Context, l local) string {
	s, err := l.home.Nodes(ctx, l.Name)
	if err != nil {
		return ""
	}
	var parts []string
	for _, n := range s.Nodes {
		if n.Phase != broker.Running {
			parts = append(parts, n.Name+" "+string(n.Phase)+left(n))
		}
	}
	for _, f := range s.Faults {
		parts = append(parts, fmt.Sprintf("fault %d: %s", f.ID, f))
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("%s: %s; fix it with: %s", l.Name, strings.Join(parts, ", "), strings.Join(fixCommands(s), "; "))
}

// healLeftovers undoes the effect of a killed chaos on nodes, and names those that were paused or stopped on purpose.
func healLeftovers(ctx context.Context, e *cli.Env, l local) error {
	s, err := l.home.Nodes(ctx, l.Name)
	if err != nil {
		return nil //nolint:nilerr // a supervisor of an earlier release neither reports nor leaves such nodes
	}
	rest := broker.Status{Name: s.Name}
	for _, n := range s.Nodes {
		do := map[broker.Phase]string{broker.Exited: "start", broker.Paused: "resume"}[n.Phase]
		if do == "" || n.Until.IsZero() {
			rest.Nodes = append(rest.Nodes, n)
			continue
		}
		if err := l.home.Node(ctx, l.Name, n.Name, do, 0, 0); err != nil {
			return err
		}
		e.Note("", fmt.Sprintf("%s %s: left by a chaos run that was killed", do, n.Name))
	}
	if cmds := fixCommands(rest); len(cmds) > 0 {
		e.Note("", "actions on nodes are not undone; undo them with: "+strings.Join(cmds, "; "))
	}
	return nil
}
