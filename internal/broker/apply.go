package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// apply updates an existing cluster to the state of the order. A running cluster keeps running, unless the change affects all
// its nodes; then it is stopped. Nodes keep their data, and users their secrets. Nodes to be removed leave JetStream first, and
// their data is deleted.
func (h *Home) apply(ctx context.Context, o Order, s state, diff []string) (state, error) {
	next, err := h.plan(o.Spec, s.Slot, &s.Plan)
	if err != nil {
		return s, err
	}
	if err := refuseLoss(s.Plan, next); err != nil {
		return s, err
	}
	name := o.Spec.Name
	alive := h.alive(name)
	if err := o.confirm(impact(ctx, s.Plan, next, diff, alive)); err != nil {
		return s, err
	}
	old := s
	s.Plan = next
	if o.Contexts != nil {
		if s.Contexts, err = o.Contexts(h.record(s)); err != nil {
			return old, err
		}
	}
	dropped := old.Plan.Without(next).Nodes
	stale := slices.DeleteFunc(slices.Clone(old.Contexts), func(c string) bool { return slices.Contains(s.Contexts, c) })
	if alive && !old.Plan.RestartsAll(next) {
		old.Contexts = s.Contexts
		return s, errors.Join(h.changeTo(ctx, o, old, next), h.removeContexts(stale))
	}
	if alive {
		for _, n := range dropped {
			if err := h.retire(ctx, old.Plan, next, n); err != nil {
				return old, err
			}
		}
		if err := h.down(ctx, name); err != nil {
			return old, err
		}
	}
	if err := h.save(s); err != nil {
		return old, err
	}
	for _, n := range dropped {
		if err := os.RemoveAll(n.Dir); err != nil {
			return s, fmt.Errorf("remove the files of %s: %w", n.Name, err)
		}
	}
	return s, h.removeContexts(stale)
}

// Plan returns what [Home.Up] would make of the order: its nodes and ports, after calling the order's Changes with the
// differences to an existing cluster. Nothing is written or started.
func (h *Home) Plan(ctx context.Context, o Order) (Record, error) {
	sp, err := o.Spec.Complete()
	if err != nil {
		return Record{}, err
	}
	s, err := h.load(sp.Name)
	switch {
	case errors.Is(err, ErrUnknown):
		s.Slot, s.Plan, err = h.allot(ctx, sp, o.Slot)
		return h.record(s), err
	case err != nil:
		return Record{}, err
	}
	old := s.Plan
	sp, given, err := o.target(old.Spec)
	if err != nil || !given {
		return h.record(s), err
	}
	sp = old.KeepAdded(sp)
	if s.Plan, err = h.plan(sp, s.Slot, &old); err != nil {
		return Record{}, err
	}
	if diff := spec.Diff(old.Spec, sp); len(diff) > 0 && o.Changes != nil {
		if err := o.Changes(impact(ctx, old, s.Plan, append(diff, old.KeptUsers(sp)...), h.alive(sp.Name))); err != nil {
			return h.record(s), err
		}
	}
	return h.record(s), refuseLoss(old, s.Plan)
}
