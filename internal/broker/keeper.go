package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// Step is one thing that was done on the way to a running cluster.
type Step struct {
	Text string        // "start 9 servers"
	Took time.Duration // how long
}

// keeper runs the nodes of one cluster as processes, and the doors between them.
type keeper struct {
	home   *Home
	launch Launcher
	state  state
	spawn  *spawner
	links  *fabric // nil without Spec.Faults
	since  time.Time

	mu    sync.Mutex // for state and nodes
	nodes []*process
}

// newKeeper makes a keeper of a saved cluster. Nothing runs yet.
func newKeeper(h *Home, s state, l Launcher) *keeper {
	k := &keeper{home: h, launch: l, state: s, spawn: newSpawner(), since: time.Now()}
	for _, n := range s.Plan.Nodes {
		k.nodes = append(k.nodes, k.process(n))
	}
	return k
}

func (k *keeper) process(n nodePlan) *process {
	return &process{
		plan: n, launch: k.launch, next: k.state.Program, spawn: k.spawn, phase: Stopped, since: time.Now(),
		loads: func() string { return k.loads(n.Name) },
	}
}

// start opens the doors, starts all nodes and waits until they are ready. It tells each step to report.
func (k *keeper) start(ctx context.Context, report func(Step)) error {
	if err := k.step(report, "check the ports", func() error { return k.state.Plan.portsFree(ctx) }); err != nil {
		return err
	}
	if err := k.step(report, "write the configuration", func() error { return k.prepare(ctx) }); err != nil {
		return err
	}
	if k.state.Program != "" {
		text := "let " + k.state.Program + " read it"
		if err := k.step(report, text, func() error { return k.plan().tryProgram(ctx, k.state.Program) }); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("start %s", count(len(k.nodes), "server"))
	if err := k.step(report, text, func() error { return k.startAll(ctx) }); err != nil {
		return err
	}
	text = "wait until every server hears every other"
	if !k.state.Plan.Spec.NoJetStream {
		text += " and JetStream is healthy"
	}
	if err := k.step(report, text, func() error { return k.ready(ctx) }); err != nil {
		return err
	}
	if k.state.Plan.Trust == nil {
		return nil
	}
	return k.step(report, "push the JWTs of the accounts to every server", func() error { return k.plan().push(ctx) })
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (k *keeper) step(report func(Step), text string, do func() error) error {
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
		links, err := openFabric(ctx, k.state.Plan)
		if err != nil {
			return err
		}
		k.links, k.state.Plan.Doors = links, links.addrs()
	}
	return k.state.Plan.write()
}

// startAll starts all nodes at once and waits until each accepts clients.
func (k *keeper) startAll(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range k.nodes {
		g.Go(func() error { return p.startAndWait(ctx) })
	}
	return g.Wait()
}

// ready waits until the nodes that run have found each other.
func (k *keeper) ready(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for _, p := range k.nodes { // a node that ends is a better reason than a fleet that is not complete
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
	go watchSpace(ctx, dir, cancel)
	err := k.plan().ready(ctx, func(name string) bool { p, _ := k.node(name); return p.is(Running) })
	why := context.Cause(ctx)
	if full := noRoom(dir); err != nil && full != nil {
		return fmt.Errorf("%w: %w", full, err)
	}
	switch {
	case err == nil || why == nil || errors.Is(why, context.Canceled) || errors.Is(why, context.DeadlineExceeded):
		return err
	case errors.Is(why, errAbandoned): // what was missing until then is worth to be told
		return fmt.Errorf("%w%s%w", err, abandonedMark, why)
	}
	return why
}

// plan is the plan of now.
func (k *keeper) plan() plan {
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
	return nil, fmt.Errorf("%w %q: there is none of this name, only %s", ErrNode, name, strings.Join(names, ", "))
}

// all are the nodes of now.
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
		k.links.close()
	}
	k.spawn.close()
}

// Supervise is the whole life of the process that keeps a cluster, the other half of [Home.Up]: it starts the nodes, tells
// its steps on out, serves the cluster's socket, and ends when it is told to or ctx ends, and with it the nodes. Until it
// reads the word that the cluster is to be kept from in, the end of in undoes everything.
func (h *Home) Supervise(ctx context.Context, name string, l Launcher, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pipe := make(chan os.Signal, 1) // with nobody to read out, a write must fail instead of ending the program
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	kept := make(chan struct{})
	go func() {
		word := make([]byte, len(wordKeep))
		if _, err := io.ReadFull(in, word); err != nil {
			cancel(errAbandoned)
			return
		}
		close(kept)
	}()
	err := h.keep(ctx, name, l, kept, reporter(out))
	if err != nil && errors.Is(context.Cause(ctx), errAbandoned) { // whatever it was that noticed it first
		err = errors.Join(err, h.abandon(name))
	}
	if err != nil {
		send(out, message{Error: encodeError(err)})
	}
	return err
}

// abandon undoes a start that nobody waits for any more, when its process has not undone it itself.
func (h *Home) abandon(name string) error {
	s, err := h.load(name)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return h.undo(Order{}, s)
}

// wordKeep is what the process that ordered a cluster says when it has all that it wanted.
const wordKeep = "keep\n"

// abandonedMark stands between what a start was still missing and errAbandoned.
const abandonedMark = "; "

// errAbandoned is the end of a supervisor whose cluster nobody waits for any more.
var errAbandoned = errors.New("the command that started the cluster has ended")

// keep runs a cluster from its start to its end. Hooks hear of both.
func (h *Home) keep(ctx context.Context, name string, l Launcher, kept <-chan struct{}, r hooks) (err error) {
	alive, err := lockSoon(ctx, h.path(name, "alive")) // who asks whether it is held holds it for a moment
	if err != nil {
		return fmt.Errorf("supervise %s: %w", name, err)
	}
	defer alive()
	s, err := h.load(name)
	if err != nil {
		return err
	}
	k := newKeeper(h, s, l)
	defer k.stop(context.WithoutCancel(ctx))
	if err := k.start(ctx, r.step); err != nil {
		return cause(ctx, err)
	}
	return k.serve(ctx, kept, r)
}

// cause prefers the reason why a context ended to the words of who noticed it.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil && errors.Is(err, context.Canceled) {
		return why
	}
	return err
}

// hooks are told how far a start is.
type hooks struct {
	step  func(Step)
	ready func() // all runs; the word to keep it is awaited
	kept  func() // that word has come
}
