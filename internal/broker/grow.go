package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// AddNode adds one more node to a cluster or leaf group of a cluster of processes, without a stop of the others, and returns
// its name when all hear it.
func (h *Home) AddNode(ctx context.Context, name, group string) (string, error) {
	release, s, err := h.running(name)
	if err != nil {
		return "", err
	}
	defer release()
	spec, err := s.Plan.Spec.resized(group, 1)
	if err != nil {
		return "", err
	}
	next, err := h.plan(spec, s.Slot, &s.Plan)
	if err != nil {
		return "", err
	}
	if err := s.Plan.keeps(next); err != nil {
		return "", err
	}
	node := next.besides(s.Plan).Nodes[0].Name
	if err := h.evolve(ctx, Order{Spec: spec}, s, next); err != nil {
		return "", err
	}
	if _, err := h.converge(ctx, Order{Spec: spec}); err != nil {
		back := context.WithoutCancel(ctx)
		s.Plan, next = next, s.Plan
		return "", errors.Join(err, h.evolve(back, Order{Spec: next.Spec}, s, next))
	}
	return node, h.push(ctx, name)
}

// RemoveNode stops the last node of a cluster or leaf group for good: it leaves JetStream, and its files are removed.
func (h *Home) RemoveNode(ctx context.Context, name, node string) error {
	release, s, err := h.running(name)
	if err != nil {
		return err
	}
	defer release()
	n := s.Plan.node(node)
	if n.Name == "" {
		return fmt.Errorf("%w %q: there is none of this name", ErrNode, node)
	}
	spec, err := s.Plan.Spec.resized(n.Cluster, -1)
	if err != nil {
		return err
	}
	next, err := h.plan(spec, s.Slot, &s.Plan)
	if err != nil {
		return err
	}
	if next.node(node).Name != "" {
		return specErr("only the last node of %s can be removed, not %s", n.Cluster, node)
	}
	if err := s.Plan.keeps(next); err != nil {
		return err
	}
	if err := h.evolve(ctx, Order{Spec: spec}, s, next); err != nil {
		return err
	}
	_, err = h.converge(ctx, Order{Spec: spec})
	return err
}

// running takes the lock of a cluster that must run.
func (h *Home) running(name string) (release func(), s state, err error) {
	if release, err = h.lock(name); err != nil {
		return nil, s, err
	}
	if s, err = h.load(name); err == nil && !h.alive(name) {
		err = fmt.Errorf("%w: %s is %s", ErrDown, name, h.record(s).Life)
	}
	if err != nil {
		release()
	}
	return release, s, err
}

// resized is the specification with by more nodes in a cluster or leaf group.
func (s Spec) resized(group string, by int) (Spec, error) {
	s.Clusters, s.Leafs = slices.Clone(s.Clusters), slices.Clone(s.Leafs)
	for i := range s.Clusters {
		if s.Clusters[i].Name == group {
			s.Clusters[i].Nodes += by
			return s, s.validate()
		}
	}
	for i := range s.Leafs {
		if l := &s.Leafs[i]; l.Name == group {
			l.Count += by
			if l.Count == 1 || l.Count-by == 1 {
				return s, specErr("leaf group %s cannot go from %d to %d while it runs: a node alone has the name of its group", group, l.Count-by, l.Count)
			}
			return s, s.validate()
		}
	}
	return s, fmt.Errorf("%w: there is no cluster or leaf group %q", ErrNode, group)
}
