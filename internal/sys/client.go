package sys

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Client asks a fleet through one connection of a system user. It is safe for
// concurrent use, remembers whom it has seen (so that a server that vanishes
// can be named), and needs no closing: it owns nothing but the connection's
// error handler, which it chains.
type Client struct {
	nc      *nats.Conn
	name    string // the context's, for the snapshot
	timeout time.Duration
	quiet   time.Duration
	patient time.Duration
	workers int
	denied  *denials

	mu       sync.Mutex
	roster   map[string]Known     // by server id
	goodbyes map[string]goodbye   // by server id
	missed   map[missed]time.Time // what was waited for in vain, and since when
}

// Known is a server seen earlier, by which one that is missing can be named.
type Known struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Cluster string    `json:"cluster,omitempty"`
	Seen    time.Time `json:"seen"`
	Left    time.Time `json:"left,omitzero"` // when it was last heard to say goodbye; zero: it was not
}

// Option changes a [Client].
type Option func(*Client)

// WithTimeout bounds one round of questions; the default is 5 s. A context
// that ends earlier wins.
func WithTimeout(d time.Duration) Option { return func(c *Client) { c.timeout = d } }

// WithContextName sets the name that snapshots carry as their context.
func WithContextName(name string) Option { return func(c *Client) { c.name = name } }

// WithRoster tells the client of servers seen in an earlier run.
func WithRoster(known []Known) Option {
	return func(c *Client) {
		for _, k := range known {
			c.roster[k.ID] = k
			if !k.Left.IsZero() {
				c.goodbyes[k.ID] = goodbye{drains: true, at: k.Left, heard: k.Left}
			}
		}
	}
}

// Defaults. The quiet gap is ten times the largest gap between two answers that
// was seen on an idle fleet (36 ms in 3,200 rounds over seven servers).
const (
	defaultTimeout = 5 * time.Second
	quietGap       = 250 * time.Millisecond
	lateFactor     = 4 // a server known to be alive gets so much longer for its other answers
	maxWorkers     = 8
)

// New returns a client on an open connection. It takes over the connection's
// error handler to learn of denied subjects, and passes every error on to the
// handler that was there.
func New(nc *nats.Conn, opts ...Option) *Client {
	c := &Client{
		nc: nc, timeout: defaultTimeout, quiet: quietGap,
		workers:  min(max(2, runtime.GOMAXPROCS(0)), maxWorkers),
		denied:   newDenials(),
		roster:   map[string]Known{},
		goodbyes: map[string]goodbye{},
	}
	for _, o := range opts {
		o(c)
	}
	before := nc.ErrorHandler()
	nc.SetErrorHandler(func(nc *nats.Conn, sub *nats.Subscription, err error) {
		c.denied.observe(err)
		if before != nil {
			before(nc, sub, err)
		}
	})
	return c
}

// Conn returns the connection.
func (c *Client) Conn() *nats.Conn { return c.nc }

// Roster returns the servers that the client has been told of or has seen, in no
// order. It forgets those that are not part of a complete fleet any more.
func (c *Client) Roster() []Known {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Known, 0, len(c.roster))
	for id, k := range c.roster {
		k.Left = c.goodbyes[id].heard
		out = append(out, k)
	}
	return out
}

// remember notes the servers of a snapshot.
func (c *Client) remember(s *fleet.Snapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, sv := range s.Servers {
		i := sv.Info
		c.roster[i.ID] = Known{ID: i.ID, Name: i.Name, Cluster: i.Cluster, Seen: s.Time}
		c.answered(i.ID, i.Time)
	}
	c.forgetGoodbyes()
	if s.Want.Scope.IsZero() && s.Counted == len(s.Servers) && len(s.Missing) == 0 && s.Forgotten == 0 {
		c.forgetOthers(s)
	}
}

// forgetOthers drops everybody who is not in a snapshot that has all servers:
// they have ended and are not counted any more, so that they will not be missed.
func (c *Client) forgetOthers(s *fleet.Snapshot) {
	here := make(map[string]bool, len(s.Servers))
	for _, sv := range s.Servers {
		here[sv.Info.ID] = true
	}
	maps.DeleteFunc(c.roster, func(id string, _ Known) bool { return !here[id] })
	maps.DeleteFunc(c.goodbyes, func(id string, _ goodbye) bool { return !here[id] })
}

// leaveSilent turns away from the connected server when nobody answered at all,
// not even that one: it hangs, and nats.go would notice only when its pings go
// unanswered, after minutes. The next round asks through another server.
func (c *Client) leaveSilent(err error) error {
	if failed := c.nc.ForceReconnect(); failed != nil {
		return errors.Join(err, failed)
	}
	return err
}

// flush waits until the server has everything that was sent, for as long as ctx
// and the client's timeout allow.
func (c *Client) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return c.nc.FlushWithContext(ctx)
}

// connErr says why the connection cannot be used, or nil.
func (c *Client) connErr() error {
	if c.nc.IsConnected() {
		return nil
	}
	err := c.nc.LastError()
	if err == nil || errors.Is(err, nats.ErrPermissionViolation) {
		return ErrDisconnected
	}
	return errors.Join(ErrDisconnected, authReason(err), err)
}

// authReasons are the sentences with which a server turns a client away, and
// what nats.go calls them. It does so only on an open connection; when a
// reconnect is turned away it hands on the bare sentence.
var authReasons = []struct {
	sentence string
	err      error
}{
	{"account authentication expired", nats.ErrAccountAuthExpired},
	{"user authentication expired", nats.ErrAuthExpired},
	{"user authentication revoked", nats.ErrAuthRevoked},
	{"authorization violation", nats.ErrAuthorization},
}

// authReason returns the error of nats.go that a sentence stands for, or nil.
func authReason(err error) error {
	for _, row := range authReasons {
		if strings.Contains(strings.ToLower(err.Error()), row.sentence) && !errors.Is(err, row.err) {
			return row.err
		}
	}
	return nil
}
