package broker

import "fmt"

// Inject begins a fault and returns it with its id. It needs Spec.Faults; errors wrap [ErrFault].
func (c *Cluster) Inject(f Fault) (Fault, error) {
	if c.links == nil {
		return f, fmt.Errorf("%w: the links of %s are direct, they cannot be disturbed", ErrFault, c.Name())
	}
	return c.links.inject(f)
}

// Partition cuts all links between two nodes, clusters or leaf groups; an empty b is every other server.
func (c *Cluster) Partition(a, b string) error {
	_, err := c.Inject(Fault{Kind: Partition, A: a, B: b})
	return err
}

// Heal ends the faults of the given ids, all when none is given. Servers come back within about a second.
func (c *Cluster) Heal(ids ...int) error {
	if c.links == nil {
		return nil
	}
	_, err := c.links.heal(ids...)
	return err
}

// Faults are the faults of now.
func (c *Cluster) Faults() []Fault {
	if c.links == nil {
		return nil
	}
	return c.links.list()
}
