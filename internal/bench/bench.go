// Package bench measures the performance of a NATS system: it sends messages at a
// rate or as fast as it can, and accounts for each of them. It owns workloads,
// drivers and the phases of a run. It must not know the command line, contexts
// or files; package scenario describes what is run, package result the outcome.
//
// Latency is measured from the time at which a message was due (open loop), so
// that stalls of a server show. Lost messages count as the worst latency.
package bench

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// The errors of this package that callers distinguish.
var (
	// ErrNoInterest is returned when, before the run, messages of a publisher do not
	// reach its subscribers.
	ErrNoInterest = errors.New("messages do not reach the subscribers")
	// ErrNoResponders is returned when a request has no responders.
	ErrNoResponders = errors.New("no responders")
	// ErrUnsupported is returned when the server or the driver does not support
	// what the scenario asks for.
	ErrUnsupported = errors.New("not supported")
)

// Connect opens a connection as the user of the benchmark, with extra options
// applied after the caller's own. A run opens one per worker and closes it.
type Connect func(opts ...nats.Option) (*nats.Conn, error)

// LeftError reports that something that a run created, such as a stream, could
// not be removed.
type LeftError struct{ cause error }

func (e *LeftError) Error() string { return "left behind: " + e.cause.Error() }

// Unwrap returns why it could not be removed.
func (e *LeftError) Unwrap() error { return e.cause }

// ServerView reports server metrics for a run. Callers that have a system
// account implement it.
type ServerView interface {
	// Watch starts observing and returns a function that stops it and returns the
	// metrics of that period; nil if they are not available.
	Watch(ctx context.Context) (stop func(context.Context) *result.ServerUse)
	// Known returns what clients cannot see of a server: its number of cores and the
	// digest of its configuration; zero for an unknown server.
	Known(id string) (cores int, configDigest string)
}
