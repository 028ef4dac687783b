package broker

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Up creates the cluster of the order and starts it in the background, under a supervisor that outlives this process. It returns
// when the cluster is ready as [Cluster.Ready] says; changed is false when it ran already. When that fails, the context ends, or
// this process is killed, everything is undone.
func (h *Home) Up(ctx context.Context, o Order, l Launcher) (r Record, changed bool, err error) {
	for try := 1; ; try++ {
		r, changed, err = h.up(ctx, o, l)
		if !errors.Is(err, ErrPortInUse) || o.Slot >= 0 || try == startTries || h.exists(o.Spec.Name) {
			return r, changed, err // a new cluster without a given slot tries other ports when these were taken meanwhile
		}
		other := *h
		other.skip = rand.IntN(slots) //nolint:gosec // only so that two concurrent starts choose differently
		h = &other
	}
}

func (h *Home) up(ctx context.Context, o Order, l Launcher) (r Record, changed bool, err error) {
	release, s, err := h.order(ctx, &o)
	if err != nil {
		return Record{}, false, err
	}
	defer release()
	s, revised, err := h.revise(ctx, &o, s)
	if err != nil {
		return Record{}, false, err
	}
	if h.alive(o.Spec.Name) {
		return h.completeChange(ctx, o, revised)
	}
	if err := h.launch(ctx, o, s, l); err != nil {
		return Record{}, false, errors.Join(err, h.undo(o.Retain, s))
	}
	r, err = h.Record(o.Spec.Name)
	return r, true, err
}

// completeChange completes a change of a running cluster, also one that was interrupted.
func (h *Home) completeChange(ctx context.Context, o Order, revised bool) (r Record, changed bool, err error) {
	touched, err := h.applyPending(ctx, o)
	if err == nil && revised {
		err = h.push(ctx, o.Spec.Name)
	}
	if err != nil {
		return Record{}, false, err
	}
	if r, err = h.Record(o.Spec.Name); err == nil && revised && o.Ready != nil {
		err = o.Ready(r)
	}
	return r, revised || touched > 0, err
}

// Run is [Home.Up] in the foreground: it supervises the cluster itself. When the context ends, which is not an error, it stops the
// cluster, removes it unless keep is set, and returns.
func (h *Home) Run(ctx context.Context, o Order, l Launcher, keep bool) error {
	release, s, err := h.order(ctx, &o)
	if err != nil {
		return err
	}
	release = sync.OnceFunc(release)
	defer release()
	name := o.Spec.Name
	if h.alive(name) {
		return fmt.Errorf("%w: cluster %s is already up", host.ErrBusy, name)
	}
	if s, _, err = h.revise(ctx, &o, s); err != nil {
		return err
	}
	kept := make(chan struct{})
	failed := make(chan error, 1)
	run, cancel := context.WithCancel(ctx)
	defer cancel()
	err = h.runCluster(run, name, l, kept, hooks{step: o.report, kept: func() {}, ready: func() {
		if o.Ready != nil {
			if err := o.Ready(h.record(s)); err != nil {
				failed <- err
				cancel()
				return
			}
		}
		close(kept)
		release() // other processes may change it while it runs
	}})
	select {
	case err := <-failed:
		return errors.Join(err, h.undo(o.Retain, s))
	default:
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil
	}
	if keep && err == nil {
		s, _ := h.load(name)
		s.Up = false
		return h.save(s)
	}
	return errors.Join(err, h.undo(o.Retain, s))
}

// order locks the cluster and loads or creates its state. A running supervisor keeps its own.
func (h *Home) order(ctx context.Context, o *Order) (release func(), s state, err error) {
	if o.Spec, err = o.Spec.Complete(); err != nil {
		return nil, s, err
	}
	if err = checkProgram(o.Program); err != nil {
		return nil, s, err
	}
	name := o.Spec.Name
	if release, err = h.lock(name); err != nil {
		return nil, s, err
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	s, err = h.load(name)
	switch {
	case errors.Is(err, ErrUnknown):
		s, err = h.create(ctx, *o)
		return release, s, err
	case err != nil:
		return release, s, err
	case !s.Kept && !h.alive(name): // left by a start that was killed
		if err = h.discard(s); err != nil {
			return release, s, err
		}
		s, err = h.create(ctx, *o)
		return release, s, err
	}
	return release, s, nil
}

// revise updates the state of an existing cluster to that of the order, and reports whether it changed.
func (h *Home) revise(ctx context.Context, o *Order, s state) (_ state, changed bool, err error) {
	alive := h.alive(o.Spec.Name)
	if o.Program != "" && o.Program != s.Program {
		if alive {
			return s, false, fmt.Errorf("%w: cluster %s is up and runs %s", ErrProgram, o.Spec.Name, cmp.Or(s.Program, "the embedded one"))
		}
		s.Program, changed = o.Program, true
	}
	want, given, err := o.target(s.Plan.Spec)
	if err != nil {
		return s, false, err
	}
	if given {
		o.Spec = s.Plan.KeepAdded(want)
		if diff := spec.Diff(s.Plan.Spec, o.Spec); len(diff) > 0 {
			s, err = h.apply(ctx, *o, s, append(diff, s.Plan.KeptUsers(o.Spec)...))
			return s, true, err
		}
	}
	if alive && s.Plan.Expired(time.Now()) { // servers accept no new connections, not even one that asks for a reload
		c := impact(ctx, s.Plan, s.Plan, []string{"~ certificates: expired -> renewed"}, false)
		c.Restart, c.Harm = true, []string{fmt.Sprintf("all %s will be restarted; in-memory stream data is lost", count(len(s.Plan.Nodes), "server"))}
		if err = o.confirm(c); err != nil {
			return s, false, err
		}
		if err = h.down(ctx, o.Spec.Name); err != nil {
			return s, false, err
		}
		alive = false
	}
	if !alive && s.Plan.Expired(time.Now().Add(plan.Expiring)) {
		if s.Plan, err = h.plan(s.Plan.Spec, s.Slot, &s.Plan); err != nil {
			return s, false, err
		}
		changed = true
	}
	if changed {
		err = h.save(s)
	}
	return s, changed, err
}

// create plans a new cluster and saves it as being started.
func (h *Home) create(ctx context.Context, o Order) (s state, err error) {
	all, err := host.WaitLock(ctx, h.dir+"/.slots") // two new clusters must not choose the same slot
	if err != nil {
		return s, err
	}
	defer all()
	s = state{Program: o.Program, Made: time.Now().UTC()}
	if s.Slot, s.Plan, err = h.allot(ctx, o.Spec, o.Slot); err != nil {
		return s, err
	}
	if o.Contexts != nil {
		if s.Contexts, err = o.Contexts(h.record(s)); err != nil {
			return s, err
		}
	}
	return s, h.save(s)
}

// launch starts the supervisor, waits until the cluster is ready, and tells it to keep the cluster.
func (h *Home) launch(ctx context.Context, o Order, s state, l Launcher) error {
	name := o.Spec.Name
	cmd := l.Command(l.Supervisor, name)
	host.Detach(cmd)
	cmd.Dir = h.path(name)
	words, err := os.OpenFile(h.path(name, "supervisor.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	defer words.Close() //nolint:errcheck // only the supervisor writes to it
	cmd.Stderr = words
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { in.Close() }) //nolint:errcheck // only to end it
	defer stop()
	err = h.awaitReady(ctx, o, s, in, out)
	if err != nil && o.Retain {
		io.WriteString(in, keepWord) //nolint:errcheck // the supervisor has exited, and undone nothing
	}
	in.Close() //nolint:errcheck // see above
	if err == nil {
		return cmd.Process.Release()
	}
	io.Copy(io.Discard, out) //nolint:errcheck // wait until it has undone what it made
	cmd.Wait()               //nolint:errcheck // it has reported what was wrong
	return deadlineError(ctx, err)
}

// deadlineError returns the error of a start whose context ended: the cause and, after a timeout, what was still missing.
func deadlineError(ctx context.Context, err error) error {
	why := context.Cause(ctx)
	switch {
	case why == nil || err == nil:
		return err
	case errors.Is(why, context.Canceled):
		return why
	}
	missing := strings.TrimPrefix(err.Error(), client.ErrNotReady.Error()+": ")
	missing, _, _ = strings.Cut(missing, abandonedMark+errAbandoned.Error())
	if missing == errAbandoned.Error() || missing == why.Error() {
		return why
	}
	return fmt.Errorf("%w: %s", why, missing)
}

// awaitReady reads the supervisor's messages, creates the contexts when it is ready, and tells it to keep the cluster.
func (h *Home) awaitReady(ctx context.Context, o Order, s state, in io.Writer, out io.Reader) error {
	dec := json.NewDecoder(out)
	if err := messages(dec, o.report, func(m message) bool { return m.Ready }); err != nil {
		return cause(ctx, err)
	}
	if o.Ready != nil {
		if err := o.Ready(h.record(s)); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(in, keepWord); err != nil {
		return fmt.Errorf("%w: the supervisor exited: %w", client.ErrNotReady, err)
	}
	return messages(dec, o.report, func(m message) bool { return m.Kept })
}
