package broker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
)

// retire stops a node permanently and removes it from the JetStream peers, which would otherwise always count it for the quorum. A
// server that is alone afterwards has no peers, and the last of two could not elect a leader that removes one.
func (h *Home) retire(ctx context.Context, p, next plan.Plan, n plan.Node) error {
	name := p.Spec.Name
	if err := h.Node(ctx, name, n.Name, "stop", 0, 0); err != nil && !errors.Is(err, ErrNode) {
		return err
	}
	if n.Leaf != nil || p.Spec.NoJetStream || p.Spec.CoreNodes() < 2 || next.Spec.CoreNodes() < 2 {
		return nil
	}
	if err := (client.Fleet{Plan: p}).RemovePeer(ctx, n); err != nil {
		return fmt.Errorf("%w %s: %w", ErrNode, n.Name, err)
	}
	return nil
}

// changeTo changes a running cluster to another plan without stopping all of it.
func (h *Home) changeTo(ctx context.Context, o Order, s state, next plan.Plan) error {
	for _, n := range s.Plan.Without(next).Nodes {
		begun := time.Now()
		if err := h.retire(ctx, s.Plan, next, n); err != nil {
			return err
		}
		o.report(Step{"remove " + n.Name, time.Since(begun)})
	}
	return h.request(ctx, o.Spec.Name, http.MethodPost, "/change", change{o.Spec, s.Contexts}, nil)
}

// applyPending brings the nodes of a running cluster in line with the plan: nodes with an old configuration reload it, or restart one
// at a time if they cannot; new nodes start. It returns how many it changed, and stops at the first error; another call continues
// from there.
func (h *Home) applyPending(ctx context.Context, o Order) (int, error) {
	name := o.Spec.Name
	var todo pending
	if err := h.request(ctx, name, http.MethodGet, "/pending", nil, &todo); err != nil {
		return 0, err
	}
	for _, n := range todo.Stale {
		if err := h.refresh(ctx, o, n); err != nil {
			return 0, err
		}
	}
	begun := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	for _, n := range todo.Fresh {
		g.Go(func() error { return h.Node(gctx, name, n, "start", 0, 0) })
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	if len(todo.Fresh) > 0 {
		o.report(Step{"start " + strings.Join(todo.Fresh, ", "), time.Since(begun)})
	}
	touched := len(todo.Stale) + len(todo.Fresh)
	if touched == 0 {
		return 0, nil
	}
	return touched, h.Ready(ctx, name)
}

// refresh applies a node's new configuration, with a restart if necessary.
func (h *Home) refresh(ctx context.Context, o Order, node string) error {
	begun := time.Now()
	why := h.Node(ctx, o.Spec.Name, node, "reload", 0, 0)
	if why == nil {
		o.report(Step{"reload " + node, time.Since(begun)})
		return nil
	}
	if !errors.Is(why, ErrNode) {
		return why
	}
	if err := h.Node(ctx, o.Spec.Name, node, "restart", 0, 0); err != nil {
		return err
	}
	if err := h.Ready(ctx, o.Spec.Name); err != nil {
		return fmt.Errorf("after the restart of %s: %w", node, err)
	}
	o.report(Step{fmt.Sprintf("restart %s (%v)", node, why), time.Since(begun)})
	return nil
}
