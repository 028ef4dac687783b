package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/natsctl/natsctl/internal/broker/host"
)

// Supervise is the main function of a supervisor process, the other half of [Home.Up]: it starts the nodes, reports its steps on
// out, serves the cluster's socket, and stops itself and the nodes on request or when ctx ends. Until it reads from in that the
// cluster is to be kept, the end of in undoes everything, also what is left of a start that failed: whoever ordered it may be killed
// before it hears of that.
func (h *Home) Supervise(ctx context.Context, name string, l Launcher, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pipe := make(chan os.Signal, 1) // if out has no reader, a write must fail instead of ending the program
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	kept, abandoned := make(chan struct{}), make(chan struct{})
	go func() {
		word := make([]byte, len(keepWord))
		if _, err := io.ReadFull(in, word); err != nil {
			close(abandoned)
			cancel(errAbandoned)
			return
		}
		close(kept)
	}()
	err := h.runCluster(ctx, name, l, kept, reporter(out))
	if err == nil {
		return nil
	}
	send(out, message{Error: encodeError(err)})
	select {
	case <-kept:
		return err
	case <-abandoned:
		return errors.Join(err, h.abandon(name))
	}
}

// abandon undoes a start whose caller has exited, if the supervisor has not undone it itself.
func (h *Home) abandon(name string) error {
	s, err := h.load(name)
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	return h.undo(false, s)
}

// keepWord is sent by the process that started a cluster when it has everything it needs.
const keepWord = "keep\n"

// abandonedMark separates what a start was still missing from errAbandoned.
const abandonedMark = "; "

// errAbandoned stops a supervisor when the process that waited for its cluster has exited.
var errAbandoned = errors.New("the command that started the cluster has ended")

// runCluster runs a cluster from its start to its end and calls the hooks for both.
func (h *Home) runCluster(ctx context.Context, name string, l Launcher, kept <-chan struct{}, r hooks) (err error) {
	alive, err := host.WaitLock(ctx, h.path(name, "alive")) // a process that tests the lock holds it for a moment
	if err != nil {
		return fmt.Errorf("supervise %s: %w", name, err)
	}
	defer alive()
	s, err := h.load(name)
	if err != nil {
		return err
	}
	k := newSupervisor(&h.store, s, l)
	defer k.stop(context.WithoutCancel(ctx))
	if err := k.start(ctx, r.step); err != nil {
		return cause(ctx, err)
	}
	return k.serve(ctx, kept, r)
}

// cause returns the cause of an ended context in preference to the error itself.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil && errors.Is(err, context.Canceled) {
		return why
	}
	return err
}
