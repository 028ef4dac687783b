package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
)

// apply makes the state of a cluster that exists that of the order. A cluster that runs goes on, unless the change is about
// what all its nodes have in common; then it is stopped. Its nodes keep their data, and users their secrets. Nodes that are no
// longer wanted leave JetStream before, and their data goes.
func (h *Home) apply(ctx context.Context, o Order, s state, diff []string) (state, error) {
	next, err := h.plan(o.Spec, s.Slot, &s.Plan)
	if err != nil {
		return s, err
	}
	if err := s.Plan.keeps(next); err != nil {
		return s, err
	}
	old := s
	s.Plan = next
	if o.Contexts != nil {
		if s.Contexts, err = o.Contexts(h.record(s)); err != nil {
			return old, err
		}
	}
	dropped := old.Plan.besides(next).Nodes
	name := o.Spec.Name
	alive := h.alive(name)
	if o.Changes != nil {
		o.Changes(diff, alive && old.Plan.wholesale(next))
	}
	stale := slices.DeleteFunc(slices.Clone(old.Contexts), func(c string) bool { return slices.Contains(s.Contexts, c) })
	if alive && !old.Plan.wholesale(next) {
		old.Contexts = s.Contexts
		return s, errors.Join(h.evolve(ctx, o, old, next), h.forget(stale))
	}
	if alive {
		for _, n := range dropped {
			if err := h.leave(ctx, old.Plan, n); err != nil {
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
	return s, h.forget(stale)
}

// forget removes contexts that were made for a cluster.
func (h *Home) forget(contexts []string) error {
	if h.Forget == nil || len(contexts) == 0 {
		return nil
	}
	return h.Forget(contexts)
}

// leave stops a node for good and takes it out of the peers of JetStream, which would count it for its quorum for ever.
func (h *Home) leave(ctx context.Context, p plan, n nodePlan) error {
	name := p.Spec.Name
	if err := h.Node(ctx, name, n.Name, "stop", 0, 0); err != nil && !errors.Is(err, ErrNode) {
		return err
	}
	if n.Leaf != nil || p.Spec.NoJetStream || p.Spec.core() < 2 {
		return nil
	}
	return p.removePeer(ctx, n)
}

// peerTime is how long the leader of JetStream may take to let a peer go; it may have to be elected first.
const peerTime = 30 * time.Second

// removePeer takes a stopped node out of the peers of JetStream.
func (p plan) removePeer(ctx context.Context, n nodePlan) error {
	var urls string
	for _, m := range p.Nodes {
		if m.Leaf == nil && m.Name != n.Name {
			urls += m.clientURL() + ","
		}
	}
	nc, err := p.connect(urls, SystemUser, []nats.Option{nats.Name("natsctl node rm")})
	if err != nil {
		return err
	}
	defer nc.Close()
	ctx, cancel := context.WithTimeout(ctx, peerTime)
	defer cancel()
	body, err := json.Marshal(map[string]string{"peer": n.Name})
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		why := askRemove(ctx, nc, body)
		if why == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w %s: JetStream does not let it go: %w", ErrNode, n.Name, why)
		case <-tick.C:
		}
	}
}

// errCodeNotMember is JetStream's answer about a server that is no peer.
const errCodeNotMember = 10044

func askRemove(ctx context.Context, nc *nats.Conn, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	msg, err := nc.RequestWithContext(ctx, "$JS.API.SERVER.REMOVE", body)
	if err != nil {
		return err
	}
	var answer struct {
		Error *struct {
			Code        int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return err
	}
	if answer.Error != nil && answer.Error.Code != errCodeNotMember {
		return errors.New(answer.Error.Description)
	}
	return nil
}

// Plan is what [Home.Up] would make of the order: its nodes and ports, after the order's Changes has been told what would be
// different in a cluster that exists. Nothing is written or started.
func (h *Home) Plan(ctx context.Context, o Order) (Record, error) {
	spec, err := o.Spec.complete()
	if err != nil {
		return Record{}, err
	}
	s, err := h.load(spec.Name)
	switch {
	case errors.Is(err, ErrUnknown):
		s.Slot, s.Plan, err = h.allot(ctx, spec, o.Slot)
		return h.record(s), err
	case err != nil:
		return Record{}, err
	case !o.Given:
		return h.record(s), nil
	}
	old := s.Plan
	spec = old.keepAdded(spec)
	if s.Plan, err = h.plan(spec, s.Slot, &old); err != nil {
		return Record{}, err
	}
	if diff := Diff(old.Spec, spec); len(diff) > 0 && o.Changes != nil {
		o.Changes(append(diff, old.kept(spec)...), h.alive(spec.Name) && old.wholesale(s.Plan))
	}
	return h.record(s), old.keeps(s.Plan)
}
