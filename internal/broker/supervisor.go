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

// supervisor runs the nodes of one cluster as processes, and the proxies between them.
type supervisor struct {
	home   *store
	launch Launcher
	state  state
	spawn  *host.Spawner
	links  *link.Proxies // nil without Spec.Faults
	since  time.Time

	mu    sync.Mutex // guards state and nodes
	nodes []*process
}

// newSupervisor returns a supervisor of a saved cluster. It starts nothing.
func newSupervisor(h *store, s state, l Launcher) *supervisor {
	k := &supervisor{home: h, launch: l, state: s, spawn: host.NewSpawner(), since: time.Now()}
	for _, n := range s.Plan.Nodes {
		k.nodes = append(k.nodes, k.process(n))
	}
	return k
}

func (sv *supervisor) process(n plan.Node) *process {
	return &process{
		plan: n, launch: sv.launch, next: sv.state.Program, spawn: sv.spawn, phase: Stopped, since: time.Now(),
		loads: func() string { return sv.loads(n.Name) },
	}
}

// start opens the proxies, starts all nodes and waits until they are ready. It passes each step to report.
func (sv *supervisor) start(ctx context.Context, report func(Step)) error {
	if err := step(report, "check the ports", func() error { return portsFree(ctx, sv.state.Plan.Nodes) }); err != nil {
		return err
	}
	if err := step(report, "write the configuration", func() error { return sv.prepare(ctx) }); err != nil {
		return err
	}
	if sv.state.Program != "" {
		text := "check the configuration with " + sv.state.Program
		if err := step(report, text, func() error { return tryProgram(ctx, sv.plan(), sv.state.Program) }); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("start %s", count(len(sv.nodes), "server"))
	if err := step(report, text, func() error { return startAll(ctx, sv.nodes) }); err != nil {
		return err
	}
	text = "wait until all servers have found each other"
	if !sv.state.Plan.Spec.NoJetStream {
		text += " and JetStream is healthy"
	}
	if err := step(report, text, func() error { return sv.ready(ctx) }); err != nil {
		return err
	}
	if sv.state.Plan.Trust == nil {
		return nil
	}
	return step(report, "push the JWTs of the accounts to every server", func() error { return client.Fleet{Plan: sv.plan()}.Push(ctx) })
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

// prepare opens the proxies and writes the configuration of each node.
func (sv *supervisor) prepare(ctx context.Context) error {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	if sv.state.Plan.Spec.Faults {
		links, err := link.Open(ctx, sv.state.Plan)
		if err != nil {
			return err
		}
		sv.links, sv.state.Plan.Proxies = links, links.Addrs()
	}
	return host.WriteAll(sv.state.Plan.Files())
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
func (sv *supervisor) ready(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, p := range sv.nodes { // a node that exited explains more than an incomplete fleet
		if done := p.ended(); done != nil && p.inPhase(Running) {
			go func() {
				select {
				case <-done:
					cancel(p.reason())
				case <-ctx.Done():
				}
			}()
		}
	}
	dir := sv.home.path(sv.plan().Spec.Name)
	go host.WatchSpace(ctx, dir, cancel)
	err := client.Fleet{Plan: sv.plan()}.Ready(ctx, func(name string) bool { p, _ := sv.node(name); return p.inPhase(Running) })
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
func (sv *supervisor) plan() plan.Plan {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	return sv.state.Plan
}

// node finds a node by name.
func (sv *supervisor) node(name string) (*process, error) {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	var names []string
	for _, p := range sv.nodes {
		if p.plan.Name == name {
			return p, nil
		}
		names = append(names, p.plan.Name)
	}
	return nil, fmt.Errorf("no such %w %q; known: %s", ErrNode, name, strings.Join(names, ", "))
}

// all returns the current nodes.
func (sv *supervisor) all() []*process {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	return append([]*process(nil), sv.nodes...)
}

// stop stops all nodes and closes the proxies.
func (sv *supervisor) stop(ctx context.Context) {
	var wg sync.WaitGroup
	for _, p := range sv.all() {
		wg.Go(func() { p.stop(ctx) })
	}
	wg.Wait()
	if sv.links != nil {
		sv.links.Close()
	}
	sv.spawn.Close()
}

// commit sets the state of the cluster and writes it with the files that belong to it: all or nothing. The caller holds mu.
func (sv *supervisor) commit(next state, files map[string]string) error {
	if err := sv.home.saveWith(next, files); err != nil {
		return err
	}
	sv.state = next
	return nil
}

func (sv *supervisor) faults() []link.Fault {
	if sv.links == nil {
		return nil
	}
	return sv.links.List()
}

// loads returns what a node would read now.
func (sv *supervisor) loads(node string) string {
	pl := sv.plan()
	return pl.Loads(pl.Node(node))
}
