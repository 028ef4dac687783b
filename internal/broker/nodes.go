package broker

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// AddNode adds a node to a cluster or leaf group of a cluster of processes, without stopping the others, and returns its name when
// all other nodes see it.
func (h *Home) AddNode(ctx context.Context, name, group string) (string, error) {
	release, s, err := h.running(name)
	if err != nil {
		return "", err
	}
	defer release()
	if len(s.Plan.Groups()[group]) == 0 || s.Plan.Node(group).Cluster != group && s.Plan.Node(group).Name != "" {
		return "", fmt.Errorf("%w: no such cluster or leaf group %q", ErrNode, group)
	}
	sp, err := s.Plan.Spec.Resize(group, 1)
	if err != nil {
		return "", err
	}
	next, err := h.plan(sp, s.Slot, &s.Plan)
	if err != nil {
		return "", err
	}
	if err := refuseLoss(s.Plan, next); err != nil {
		return "", err
	}
	node := next.Without(s.Plan).Nodes[0].Name
	if err := h.changeTo(ctx, Order{Spec: sp}, s, next); err != nil {
		return "", err
	}
	if _, err := h.applyPending(ctx, Order{Spec: sp}); err != nil {
		back := context.WithoutCancel(ctx)
		s.Plan, next = next, s.Plan
		return "", errors.Join(err, h.changeTo(back, Order{Spec: next.Spec}, s, next))
	}
	return node, h.push(ctx, name)
}

// RemoveNode permanently removes the last node of a cluster or leaf group: it leaves JetStream, and its files are deleted.
func (h *Home) RemoveNode(ctx context.Context, name, node string) error {
	release, s, err := h.running(name)
	if err != nil {
		return err
	}
	defer release()
	n := s.Plan.Node(node)
	if n.Name == "" {
		return fmt.Errorf("no such %w %q", ErrNode, node)
	}
	sp, err := s.Plan.Spec.Resize(n.Cluster, -1)
	if err != nil {
		return err
	}
	next, err := h.plan(sp, s.Slot, &s.Plan)
	if err != nil {
		return err
	}
	if next.Node(node).Name != "" {
		return spec.Errorf("only the last node of %s can be removed, not %s", n.Cluster, node)
	}
	if err := refuseLoss(s.Plan, next); err != nil {
		return err
	}
	if err := h.changeTo(ctx, Order{Spec: sp}, s, next); err != nil {
		return err
	}
	_, err = h.applyPending(ctx, Order{Spec: sp})
	return err
}

// running acquires the lock of a cluster that must be running.
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

// RollingRestart configures a rolling restart of a cluster of processes.
type RollingRestart struct {
	Program        *string // the nats-server to run afterwards, "" for the embedded one; nil: unchanged
	MaxUnavailable int     // maximum number of unavailable nodes per cluster or leaf group, default 1
	Drain          time.Duration
	Force          bool       // even if a node is unhealthy, or the nats-server is older than the current one
	Report         func(Step) // called for each restarted node; may be nil
}

// drainGrace is the time before a draining node closes its first client.
const drainGrace = 200 * time.Millisecond

// RollingRestart restarts the nodes of a cluster group by group: each is drained in lame duck mode, started again, and must be seen by all
// and have caught up in JetStream before the next is drained. It stops at the first error and leaves the rest as it is.
func (h *Home) RollingRestart(ctx context.Context, name string, r RollingRestart) error {
	release, err := h.lock(name)
	if err != nil {
		return err
	}
	defer release()
	rec, err := h.Record(name)
	if err != nil {
		return err
	}
	if !r.Force {
		if err := h.Ready(ctx, name); err != nil {
			return fmt.Errorf("before the first node: %w", err)
		}
	}
	if r.Program != nil {
		if err := h.request(ctx, name, http.MethodPost, "/program", newProgram{*r.Program, r.Force}, nil); err != nil {
			return err
		}
	}
	for _, batch := range r.Batches(rec.Nodes) {
		if err := h.restartBatch(ctx, name, batch, r); err != nil {
			return err
		}
	}
	return nil
}

// Batches returns the names of the nodes that are away at the same time, in order: nodes of one cluster or leaf group.
func (r RollingRestart) Batches(nodes []Place) [][]string {
	var out [][]string
	for i, n := range nodes {
		if i > 0 && nodes[i-1].Cluster == n.Cluster && len(out[len(out)-1]) < r.MaxUnavailable {
			out[len(out)-1] = append(out[len(out)-1], n.Name)
			continue
		}
		out = append(out, []string{n.Name})
	}
	return out
}

// restartBatch restarts some nodes at once and waits until they are healthy.
func (h *Home) restartBatch(ctx context.Context, name string, batch []string, r RollingRestart) error {
	begun := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	var names string
	for _, n := range batch {
		names += " " + n
		g.Go(func() error {
			if err := h.Node(gctx, name, n, "lame-duck", max(r.Drain, 2*drainGrace), drainGrace); err != nil {
				return err
			}
			return h.Node(gctx, name, n, "start", 0, 0)
		})
	}
	err := g.Wait()
	if err == nil {
		err = h.Ready(ctx, name)
	}
	if err != nil {
		return fmt.Errorf("roll%s: %w", names, err)
	}
	if r.Report != nil {
		r.Report(Step{Text: "restarted" + names, Took: time.Since(begun)})
	}
	return nil
}

// LostByStop returns the streams in memory of a running cluster that are lost when nodes stop, one sentence each: those whose
// copies are all on nodes that are away at the same time. Each batch is such nodes; those of one are back before the next stop.
func (h *Home) LostByStop(ctx context.Context, name string, batches ...[]string) ([]string, error) {
	s, err := h.load(name)
	if err != nil {
		return nil, err
	}
	now, err := h.Status(ctx, name)
	if err != nil {
		return nil, err
	}
	var running, out []string
	touches := false
	for _, n := range now.Nodes {
		stops := slices.ContainsFunc(batches, func(b []string) bool { return slices.Contains(b, n.Name) })
		switch n.Phase {
		case Running, Draining:
			running, touches = append(running, n.Name), touches || stops
		case Paused:
			if stops && !s.Plan.Spec.NoJetStream {
				out = append(out, fmt.Sprintf("streams in memory of %s may be lost: it is paused, and cannot list them", n.Name))
			}
		}
	}
	if !touches {
		return out, nil
	}
	streams, err := client.Fleet{Plan: s.Plan}.Streams(ctx, running...)
	if err != nil {
		return append(out, fmt.Sprintf("streams in memory may be lost: they could not be listed (%v)", err)), nil
	}
	for _, st := range streams {
		if st.Memory && slices.ContainsFunc(batches, func(b []string) bool { return within(st.Nodes, b) }) {
			out = append(out, lostStream(s.Plan, st))
		}
	}
	return out, nil
}
