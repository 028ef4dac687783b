package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
)

// keeper runs the nodes of one cluster as processes, and the doors between them.
type keeper struct {
	home   *store
	launch Launcher
	state  state
	spawn  *host.Spawner
	links  *link.Fabric // nil without Spec.Faults
	since  time.Time

	mu    sync.Mutex // guards state and nodes
	nodes []*process
}

// newKeeper returns a keeper of a saved cluster. It starts nothing.
func newKeeper(h *store, s state, l Launcher) *keeper {
	k := &keeper{home: h, launch: l, state: s, spawn: host.NewSpawner(), since: time.Now()}
	for _, n := range s.Plan.Nodes {
		k.nodes = append(k.nodes, k.process(n))
	}
	return k
}

func (k *keeper) process(n plan.Node) *process {
	return &process{
		plan: n, launch: k.launch, next: k.state.Program, spawn: k.spawn, phase: Stopped, since: time.Now(),
		loads: func() string { return k.loads(n.Name) },
	}
}

// start opens the doors, starts all nodes and waits until they are ready. It passes each step to report.
func (k *keeper) start(ctx context.Context, report func(Step)) error {
	if err := step(report, "check the ports", func() error { return portsFree(ctx, k.state.Plan.Nodes) }); err != nil {
		return err
	}
	if err := step(report, "write the configuration", func() error { return k.prepare(ctx) }); err != nil {
		return err
	}
	if k.state.Program != "" {
		text := "check the configuration with " + k.state.Program
		if err := step(report, text, func() error { return tryProgram(ctx, k.plan(), k.state.Program) }); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("start %s", count(len(k.nodes), "server"))
	if err := step(report, text, func() error { return startAll(ctx, k.nodes) }); err != nil {
		return err
	}
	text = "wait until all servers have found each other"
	if !k.state.Plan.Spec.NoJetStream {
		text += " and JetStream is healthy"
	}
	if err := step(report, text, func() error { return k.ready(ctx) }); err != nil {
		return err
	}
	if k.state.Plan.Trust == nil {
		return nil
	}
	return step(report, "push the JWTs of the accounts to every server", func() error { return client.Fleet{Plan: k.plan()}.Push(ctx) })
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func step(report func(Step), text string, do func() error) error {
	begun := time.Now()
	if err := do(); err != nil {
		return err
	}
	report(Step{text, time.Since(begun)})
	return nil
}

// prepare opens the doors and writes the configuration of each node.
func (k *keeper) prepare(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.state.Plan.Spec.Faults {
		links, err := link.Open(ctx, k.state.Plan)
		if err != nil {
			return err
		}
		k.links, k.state.Plan.Doors = links, links.Addrs()
	}
	return host.WriteAll(k.state.Plan.Files())
}

// startAll starts all nodes at once and waits until each accepts clients.
func startAll(ctx context.Context, nodes []*process) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range nodes {
		g.Go(func() error { return p.startAndWait(ctx) })
	}
	return g.Wait()
}

// ready waits until the running nodes have found each other.
func (k *keeper) ready(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, p := range k.nodes { // a node that exited explains more than an incomplete fleet
		if done := p.ended(); done != nil && p.is(Running) {
			go func() {
				select {
				case <-done:
					cancel(p.reason())
				case <-ctx.Done():
				}
			}()
		}
	}
	dir := k.home.path(k.plan().Spec.Name)
	go host.WatchSpace(ctx, dir, cancel)
	err := client.Fleet{Plan: k.plan()}.Ready(ctx, func(name string) bool { p, _ := k.node(name); return p.is(Running) })
	why := context.Cause(ctx)
	if full := host.CheckSpace(dir); err != nil && full != nil {
		return fmt.Errorf("%w: %w", full, err)
	}
	switch {
	case err == nil || why == nil || errors.Is(why, context.Canceled) || errors.Is(why, context.DeadlineExceeded):
		return err
	case errors.Is(why, errAbandoned): // report what was missing until then
		return fmt.Errorf("%w%s%w", err, abandonedMark, why)
	}
	return why
}

// plan returns the current plan.
func (k *keeper) plan() plan.Plan {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state.Plan
}

// node finds a node by name.
func (k *keeper) node(name string) (*process, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var names []string
	for _, p := range k.nodes {
		if p.plan.Name == name {
			return p, nil
		}
		names = append(names, p.plan.Name)
	}
	return nil, fmt.Errorf("no such %w %q; known: %s", ErrNode, name, strings.Join(names, ", "))
}

// all returns the current nodes.
func (k *keeper) all() []*process {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]*process(nil), k.nodes...)
}

// stop stops all nodes and closes the doors.
func (k *keeper) stop(ctx context.Context) {
	var wg sync.WaitGroup
	for _, p := range k.all() {
		wg.Go(func() { p.stop(ctx) })
	}
	wg.Wait()
	if k.links != nil {
		k.links.Close()
	}
	k.spawn.Close()
}

// commit sets the state of the cluster and writes it with the files that belong to it: all or nothing. The caller holds mu.
func (k *keeper) commit(next state, files map[string]string) error {
	if err := k.home.saveWith(next, files); err != nil {
		return err
	}
	k.state = next
	return nil
}

func (k *keeper) faults() []link.Fault {
	if k.links == nil {
		return nil
	}
	return k.links.List()
}

// loads returns what a node would read now.
func (k *keeper) loads(node string) string {
	pl := k.plan()
	return pl.Loads(pl.Node(node))
}
