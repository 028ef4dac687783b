package sys

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Conn is one client connection and the server that it is on.
type Conn struct {
	Server server.ServerInfo
	Info   *server.ConnInfo
}

// KickOutcome says what became of one connection that was to be kicked.
type KickOutcome string

// The outcomes. Only the first closed a connection.
const (
	Kicked    KickOutcome = "kicked"
	Left      KickOutcome = "left"    // it was closed before
	Another   KickOutcome = "another" // the number belongs to somebody else now; nothing was done
	KickError KickOutcome = "failed"
	Untried   KickOutcome = "not tried" // ctx ended before
)

// KickResult is what became of one connection.
type KickResult struct {
	Conn
	Outcome KickOutcome
	Err     error // with KickError
}

// Pace spreads actions over time so that those who are moved do not come back
// all at once.
type Pace struct {
	PerSecond float64       // at most so many; 0: as fast as servers answer
	Notice    time.Duration // first tell the client that the server goes away, and wait so long; 0: kick at once
}

// kickWorkers bounds how many kicks are under way at once, so that a distant
// server does not slow a paced kick down.
const kickWorkers = 16

// KickAll closes the connections, paced, and yields what became of each, in the
// order in which the answers come. Right before each kick it makes sure that
// the connection is still the one that was meant: the same number, start and
// name on the same life of the server. Ending ctx ends the kicking: what was
// asked of a server by then is finished and told, whoever only had notice is
// left, and the rest yields [Untried]. Ending the loop finishes likewise, untold.
func (c *Client) KickAll(ctx context.Context, conns []Conn, pace Pace) iter.Seq[KickResult] {
	return func(yield func(KickResult) bool) {
		ctx, cancel := context.WithCancel(ctx)
		results := make(chan KickResult)
		go func() {
			defer close(results)
			c.kickPaced(ctx, conns, pace, results)
		}()
		defer func() {
			cancel()
			for range results { // wait until the last kick is finished
			}
		}()
		for r := range results {
			if !yield(r) {
				return
			}
		}
	}
}

// kickPaced starts a kick at each tick of the pace.
func (c *Client) kickPaced(ctx context.Context, conns []Conn, pace Pace, results chan<- KickResult) {
	var g errgroup.Group
	g.SetLimit(kickWorkers + int(pace.PerSecond*pace.Notice.Seconds()))
	tick := make(<-chan time.Time)
	if pace.PerSecond > 0 {
		ticker := time.NewTicker(time.Duration(float64(time.Second) / pace.PerSecond))
		defer ticker.Stop()
		tick = ticker.C
	}
	for i, conn := range conns {
		if ctx.Err() != nil {
			results <- KickResult{Conn: conn, Outcome: Untried}
			continue
		}
		if i > 0 && pace.PerSecond > 0 {
			select {
			case <-ctx.Done():
			case <-tick:
			}
		}
		g.Go(func() error {
			results <- c.kickOne(ctx, conn, pace.Notice)
			return nil
		})
	}
	_ = g.Wait() // the errors are in the results
}

// kickOne closes one connection after making sure of it.
func (c *Client) kickOne(ctx context.Context, conn Conn, notice time.Duration) KickResult {
	r := KickResult{Conn: conn}
	fail := func(err error) KickResult {
		if r.Outcome, r.Err = KickError, err; ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
			r.Outcome, r.Err = Untried, nil
		}
		return r
	}
	if outcome, err := c.recheck(ctx, conn); err != nil {
		return fail(err)
	} else if outcome != "" {
		r.Outcome = outcome
		return r
	}
	if notice > 0 {
		gone, err := c.notify(ctx, conn, notice)
		if err != nil {
			return fail(err)
		}
		if gone {
			r.Outcome = Left
			return r
		}
	}
	if ctx.Err() != nil {
		return fail(context.Cause(ctx))
	}
	_, err := c.tell(context.WithoutCancel(ctx), conn.Server, Kick, server.KickClientReq{CID: conn.Info.Cid})
	var refused *RefusedError
	switch {
	case errors.As(err, &refused) && refused.Code == refusedByHandler:
		r.Outcome = Left // the only refusal there is: no connection has the number
	case err != nil:
		return fail(err)
	default:
		r.Outcome = Kicked
	}
	return r
}

// refusedByHandler is the code of errors that come from what was asked for, in
// contrast to 400 for a request that could not be read (nats-server, events.go).
const refusedByHandler = 500

// notify tells the client that the server goes away, waits, and reports whether
// the client has left by itself. One that cannot be told is only waited for.
func (c *Client) notify(ctx context.Context, conn Conn, wait time.Duration) (gone bool, err error) {
	var refused *RefusedError
	_, err = c.tell(ctx, conn.Server, LameDuckConn, server.LDMClientReq{CID: conn.Info.Cid})
	if err != nil && !errors.As(err, &refused) {
		return false, err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	outcome, err := c.recheck(ctx, conn)
	return outcome != "", err
}

// recheck tells whether a connection is still who it was: "" if so.
func (c *Client) recheck(ctx context.Context, conn Conn) (KickOutcome, error) {
	z, err := askOne[server.Connz](ctx, c, conn.Server, fleet.Connz, server.ConnzOptions{CID: conn.Info.Cid, Username: true})
	var gone *GoneError
	switch {
	case errors.As(err, &gone):
		return Left, nil
	case err != nil:
		return "", err
	}
	for _, now := range z.Conns {
		if now == nil || now.Cid != conn.Info.Cid || now.Stop != nil {
			continue
		}
		if !now.Start.Equal(conn.Info.Start) || now.Name != conn.Info.Name {
			return Another, nil
		}
		return "", nil
	}
	return Left, nil
}
