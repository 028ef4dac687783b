package broker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
)

// AddNode adds one more node to a cluster or leaf group of a cluster of processes, without a stop of the others, and returns
// its name when all hear it.
func (h *Home) AddNode(ctx context.Context, name, group string) (string, error) {
	release, err := h.lock(name)
	if err != nil {
		return "", err
	}
	defer release()
	var node string
	err = h.ask(ctx, name, http.MethodPost, "/nodes/"+url.PathEscape(group), nil, &node)
	return node, err
}

// RemoveNode stops the last node of a cluster or leaf group for good: it leaves JetStream, and its files are removed.
func (h *Home) RemoveNode(ctx context.Context, name, node string) error {
	release, err := h.lock(name)
	if err != nil {
		return err
	}
	defer release()
	return h.ask(ctx, name, http.MethodDelete, "/nodes/"+url.PathEscape(node), nil, nil)
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

// grow adds a node to the running cluster. The others learn of it from itself, and from their configuration the next time
// that they start.
func (k *keeper) grow(ctx context.Context, group string) (string, error) {
	old := k.plan()
	spec, err := old.Spec.resized(group, 1)
	if err != nil {
		return "", err
	}
	next, err := k.home.plan(spec, k.state.Slot, &old)
	if err != nil {
		return "", err
	}
	n := slices.IndexFunc(next.Nodes, func(n nodePlan) bool { return old.node(n.Name).Name == "" })
	node := next.Nodes[n]
	if err := (plan{Nodes: []nodePlan{node}}).portsFree(ctx); err != nil {
		return "", err
	}
	if k.links != nil {
		if err := k.links.extend(ctx, next); err != nil {
			return "", err
		}
		next.Doors = k.links.addrs()
	}
	if err := next.write(); err != nil {
		return "", err
	}
	p := k.process(node)
	if err := p.startAndWait(ctx); err != nil {
		p.stop(ctx)
		return "", errors.Join(err, old.write(), os.RemoveAll(node.Dir))
	}
	k.mu.Lock()
	k.nodes = slices.Insert(slices.Clone(k.nodes), n, p)
	k.state.Plan = next
	err = k.home.save(k.state)
	k.mu.Unlock()
	if err != nil {
		return "", err
	}
	if err := k.ready(ctx); err != nil {
		return "", err
	}
	return node.Name, k.plan().push(ctx)
}

// shrink removes the last node of a group from the running cluster.
func (k *keeper) shrink(ctx context.Context, name string) error {
	p, err := k.node(name)
	if err != nil {
		return err
	}
	old := k.plan()
	spec, err := old.Spec.resized(p.plan.Cluster, -1)
	if err != nil {
		return err
	}
	next, err := k.home.plan(spec, k.state.Slot, &old)
	if err != nil {
		return err
	}
	if next.node(name).Name != "" {
		return specErr("only the last node of %s can be removed, not %s", p.plan.Cluster, name)
	}
	p.stop(ctx)
	if p.plan.Leaf == nil && !old.Spec.NoJetStream {
		if err := old.removePeer(ctx, p.plan); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.nodes = slices.DeleteFunc(slices.Clone(k.nodes), func(o *process) bool { return o == p })
	next.Doors = old.Doors
	k.state.Plan = next
	if err := errors.Join(k.home.save(k.state), next.write()); err != nil {
		return err
	}
	return os.RemoveAll(p.plan.Dir)
}
