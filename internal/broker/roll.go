package broker

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// Roll is an order to restart all nodes of a cluster of processes, a few at a time.
type Roll struct {
	Program        *string // the nats-server that they run afterwards, "" for the embedded one; nil: as before
	MaxUnavailable int     // how many of one cluster or leaf group may be away at a time, default 1
	Drain          time.Duration
	Force          bool       // although a node is not well, or the nats-server is older than that of now
	Report         func(Step) // told each node that is back; may be nil
}

// rollGrace is the time before the first client of a node that is drained is closed.
const rollGrace = 200 * time.Millisecond

// Roll restarts the nodes of a cluster group by group: each is drained in lame duck mode, started again, and must be heard by
// all and have caught up in JetStream before the next goes. It stops at the first trouble and leaves the rest as it is.
func (h *Home) Roll(ctx context.Context, name string, r Roll) error {
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
		if err := h.ask(ctx, name, http.MethodPost, "/program", newProgram{*r.Program, r.Force}, nil); err != nil {
			return err
		}
	}
	for i, n := 0, 0; i < len(rec.Nodes); i += n {
		batch := rec.Nodes[i:]
		for n = 1; n < max(1, r.MaxUnavailable) && n < len(batch) && batch[n].Cluster == batch[0].Cluster; {
			n++
		}
		if err := h.rollBatch(ctx, name, batch[:n], r); err != nil {
			return err
		}
	}
	return nil
}

// rollBatch restarts some nodes at a time and waits until they are well.
func (h *Home) rollBatch(ctx context.Context, name string, batch []Place, r Roll) error {
	begun := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	var names string
	for _, n := range batch {
		names += " " + n.Name
		g.Go(func() error {
			if err := h.Node(gctx, name, n.Name, "lame-duck", max(r.Drain, 2*rollGrace), rollGrace); err != nil {
				return err
			}
			return h.Node(gctx, name, n.Name, "start", 0, 0)
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
