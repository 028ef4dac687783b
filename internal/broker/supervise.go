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
	return h.undo(false, s)
}

// wordKeep is what the process that ordered a cluster says when it has all that it wanted.
const wordKeep = "keep\n"

// abandonedMark stands between what a start was still missing and errAbandoned.
const abandonedMark = "; "

// errAbandoned is the end of a supervisor whose cluster nobody waits for any more.
var errAbandoned = errors.New("the command that started the cluster has ended")

// keep runs a cluster from its start to its end. Hooks hear of both.
func (h *Home) keep(ctx context.Context, name string, l Launcher, kept <-chan struct{}, r hooks) (err error) {
	alive, err := host.WaitLock(ctx, h.path(name, "alive")) // who asks whether it is held holds it for a moment
	if err != nil {
		return fmt.Errorf("supervise %s: %w", name, err)
	}
	defer alive()
	s, err := h.load(name)
	if err != nil {
		return err
	}
	k := newKeeper(&h.store, s, l)
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
