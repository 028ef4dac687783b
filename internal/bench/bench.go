// Package bench measures what a NATS system can do: it offers a load, follows
// every message and says what became of it. It owns workloads, phases, results
// and their comparison; it must not know the command line, contexts, files it
// was not handed, or how results are shown beyond [Result].
//
// Latency is counted from the instant at which a message should have been sent
// (open loop), so a server that stalls cannot hide it. Messages that are lost
// count as the worst latency. What a run could not measure honestly it says in
// [Validity].
package bench

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// The errors of this package that callers tell apart.
var (
	// ErrNoInterest is returned when messages do not get from a publisher to
	// its subscribers before the run.
	ErrNoInterest = errors.New("no path from publisher to subscriber")
	// ErrNoResponders is returned when nobody answers the subject of a request.
	ErrNoResponders = errors.New("nobody answers")
	// ErrNotOurs is returned when a run would have to change a stream, consumer
	// or bucket that it did not make.
	ErrNotOurs = errors.New("exists and is not the benchmark's own")
	// ErrUnsupported is returned when server or driver cannot do what the spec
	// asks.
	ErrUnsupported = errors.New("not supported")
)

// Connect opens a connection as the user of the benchmark, with extra options
// applied after the caller's own. A run opens one per worker and closes it.
type Connect func(opts ...nats.Option) (*nats.Conn, error)

// LeftError says that something that a run made for itself, such as a stream, is
// still there.
type LeftError struct{ cause error }

func (e *LeftError) Error() string { return "left behind: " + e.cause.Error() }

// Unwrap returns why it could not be removed.
func (e *LeftError) Unwrap() error { return e.cause }

// ServerView tells what the servers say of a run. It is implemented on top of a
// system account by who has one.
type ServerView interface {
	// Watch begins to observe and returns a function that ends it and gives the
	// figures of the time between; nil if they could not be had.
	Watch(ctx context.Context) (stop func(context.Context) *result.ServerUse)
	// Known tells what a server's clients cannot see: its cores and the digest
	// of its configuration; zero for a server that was not heard of.
	Known(id string) (cores int, configDigest string)
}
