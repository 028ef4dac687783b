package broker

import (
	"context"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/broker/link"
)

// Inject starts a fault and returns it with its id. It needs Spec.Faults; errors wrap [ErrFault].
func (c *Cluster) Inject(f link.Fault) (link.Fault, error) {
	if c.links == nil {
		return f, fmt.Errorf("%w: the links of %s are direct, they cannot be disturbed", link.ErrFault, c.Name())
	}
	return c.links.Inject(f)
}

// Partition cuts all links between two nodes, clusters or leaf groups; an empty b is every other server.
func (c *Cluster) Partition(a, b string) error {
	_, err := c.Inject(link.Fault{Kind: link.Partition, A: a, B: b})
	return err
}

// Heal ends the faults with the given ids, or all without ids. Servers reconnect within about a second.
func (c *Cluster) Heal(ids ...int) error {
	if c.links == nil {
		return nil
	}
	_, err := c.links.Heal(ids...)
	return err
}

// Faults returns the active faults.
func (c *Cluster) Faults() []link.Fault {
	if c.links == nil {
		return nil
	}
	return c.links.List()
}

// RunTroubles runs the troubles of a schedule of [NewChaos] that affect links, each fixed before the next, and returns when all are
// over or the context ends, with all of them fixed. It reports each before it starts. The error wraps [ErrFault]: a kill or a
// pause needs a process.
func (c *Cluster) RunTroubles(ctx context.Context, troubles []Trouble, report func(Trouble)) error {
	begun := time.Now()
	for _, t := range troubles {
		if t.Node != "" {
			return fmt.Errorf("%w: %s needs a cluster of processes", link.ErrFault, t.Kind)
		}
		if !waitFor(ctx, begun.Add(t.At)) {
			break
		}
		report(t)
		f, err := c.Inject(t.Fault)
		if err != nil {
			return err
		}
		if f.Kind == link.Drop {
			continue
		}
		waitFor(ctx, begun.Add(t.At+t.Lasts))
		if err := c.Heal(f.ID); err != nil {
			return err
		}
	}
	return nil
}

// Places returns the places of the nodes.
func (c *Cluster) Places() []Place {
	var out []Place
	for _, n := range c.nodes {
		out = append(out, Place{Name: n.Name(), Cluster: n.Cluster(), Leaf: n.Leaf(), ClientURL: n.ClientURL(), MonitorURL: n.MonitorURL(), Dir: n.plan.Dir})
	}
	return out
}
