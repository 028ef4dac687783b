package sys

import (
	"context"
	"runtime"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/gather"
	"github.com/natsctl/natsctl/internal/sys/wire"
)

// Client sends requests to a fleet through one connection of a system user. It is
// safe for concurrent use, remembers the servers it has seen, so that a missing one
// can be named, and need not be closed: it only chains the connection's error handler.
type Client struct {
	conn     *wire.Conn
	memory   *gather.Memory
	name     string // name of the context, for the snapshot
	timeout  time.Duration
	quiet    time.Duration
	patience time.Duration
	workers  int
	expect   int
	config   *auth.Config // of a server, if one was given
}

// Known is a server seen earlier, so that it can be named when it is missing.
type Known = gather.Known

// Option changes a [Client].
type Option func(*Client)

// WithTimeout limits one round of requests; the default is 5 s. A context
// that ends earlier takes precedence.
func WithTimeout(d time.Duration) Option { return func(c *Client) { c.timeout = d } }

// WithContextName sets the name that snapshots carry as their context.
func WithContextName(name string) Option { return func(c *Client) { c.name = name } }

// WithRoster gives the client the servers seen in an earlier run.
func WithRoster(known []Known) Option { return func(c *Client) { c.memory.Learn(known) } }

// WithPatience makes a polling client wait up to d for a server, or one of its
// answers, that arrived in the previous round, since it may only be slow. Once it has
// timed out, it gets no extra time until it answers again or some minutes have
// passed. The default is 0, for clients that ask once.
func WithPatience(d time.Duration) Option { return func(c *Client) { c.patience = d } }

// WithExpect makes each round wait until n servers have answered, or the timeout
// ends; the default, 0, is to determine which servers are expected.
func WithExpect(n int) Option { return func(c *Client) { c.expect = n } }

// WithConfig gives the client the configuration of a server, by which refused
// logins of its users are judged.
func WithConfig(config *auth.Config) Option { return func(c *Client) { c.config = config } }

// Defaults. The quiet gap is ten times the largest gap between two answers
// measured on an idle fleet (36 ms in 3,200 rounds over seven servers).
const (
	defaultTimeout = 5 * time.Second
	quietGap       = 250 * time.Millisecond
	lateFactor     = 4 // number of gaps after which a request is repeated
	maxWorkers     = 8
)

// New returns a client on an open connection. It takes over the connection's
// error handler to detect denied subjects, and passes every error on to the
// previous handler.
func New(nc *nats.Conn, opts ...Option) *Client {
	c := &Client{
		conn: wire.New(nc), memory: gather.NewMemory(), timeout: defaultTimeout, quiet: quietGap,
		workers: min(max(2, runtime.GOMAXPROCS(0)), maxWorkers),
	}
	for _, o := range opts {
		o(c)
	}
	return c
}

// Conn returns the connection.
func (c *Client) Conn() *nats.Conn { return c.conn.NC }

// Memory returns what the client remembers about servers across rounds.
func (c *Client) Memory() *gather.Memory { return c.memory }

// Roster returns the servers seen by this client or an earlier one, in no order.
// Those that are no longer part of a complete fleet are forgotten.
func (c *Client) Roster() []Known { return c.memory.Roster() }

// IsSelf reports whether a connection is the one that this client uses.
func (c *Client) IsSelf(serverID string, cid uint64) bool {
	own, err := c.conn.NC.GetClientID()
	return err == nil && own == cid && serverID == c.conn.NC.ConnectedServerId()
}

// Flush waits until the server has received everything that was sent, within ctx
// and the client's timeout.
func (c *Client) Flush(ctx context.Context) error { return c.conn.Flush(ctx, c.timeout) }

// round prepares a round. extra is requested in addition to want; seen is called
// for each server when its STATSZ arrives. Both may be nil.
func (c *Client) round(want fleet.Want, extra *endpoint.Endpoint, seen func(*fleet.Server)) *gather.Round {
	return gather.NewRound(c.conn, c.memory, want, gather.Options{
		Context: c.name, Timeout: c.timeout, Quiet: c.quiet, Patience: c.patience, Expect: c.expect, Workers: c.workers, Seen: seen, Extra: extra,
	})
}
