package sys

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// Conn is one client connection and the server that it is on.
type Conn struct {
	Server server.ServerInfo
	Info   *server.ConnInfo
}

// KickOutcome is the outcome for one connection.
type KickOutcome string

// The outcomes. Only the first closed a connection.
const (
	Kicked    KickOutcome = "kicked"
	Left      KickOutcome = "left"    // it was closed before
	Another   KickOutcome = "another" // the id now belongs to another connection; nothing was done
	KickError KickOutcome = "failed"
	Untried   KickOutcome = "not tried" // ctx ended before
)

// KickResult is the outcome for one connection, with its error.
type KickResult struct {
	Conn
	Outcome KickOutcome
	Err     error // with KickError
}

// Pace spreads actions over time, so that clients do not reconnect all at once.
type Pace struct {
	PerSecond float64       // maximum rate; 0: as fast as servers answer
	Notice    time.Duration // first send the client a lame duck notice, and wait this long; 0: kick at once
}

// kickWorkers is how many kicks may be in progress at once, so that a distant
// server does not slow down the pace.
const kickWorkers = 16

// kicker closes connections.
type kicker struct {
	c    *Client
	pace Pace
}

// all starts a kick at each tick of the pace.
func (k kicker) all(ctx context.Context, conns []Conn, results chan<- KickResult) {
	var g errgroup.Group
	g.SetLimit(kickWorkers + int(k.pace.PerSecond*k.pace.Notice.Seconds()))
	tick := make(<-chan time.Time)
	if k.pace.PerSecond > 0 {
		ticker := time.NewTicker(time.Duration(float64(time.Second) / k.pace.PerSecond))
		defer ticker.Stop()
		tick = ticker.C
	}
	for i, conn := range conns {
		if ctx.Err() != nil {
			results <- KickResult{Conn: conn, Outcome: Untried}
			continue
		}
		if i > 0 && k.pace.PerSecond > 0 {
			select {
			case <-ctx.Done():
			case <-tick:
			}
		}
		g.Go(func() error {
			results <- k.one(ctx, conn)
			return nil
		})
	}
	_ = g.Wait() // the errors are in the results
}

// one closes one connection, if it is still the selected one.
func (k kicker) one(ctx context.Context, conn Conn) KickResult {
	r := KickResult{Conn: conn}
	fail := func(err error) KickResult {
		if r.Outcome, r.Err = KickError, err; ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
			r.Outcome, r.Err = Untried, nil
		}
		return r
	}
	if outcome, err := k.recheck(ctx, conn); err != nil {
		return fail(err)
	} else if outcome != "" {
		r.Outcome = outcome
		return r
	}
	if k.pace.Notice > 0 {
		gone, err := k.notify(ctx, conn)
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
	_, err := k.c.request(context.WithoutCancel(ctx), conn.Server, endpoint.Kick, server.KickClientReq{CID: conn.Info.Cid})
	var refused *RefusedError
	switch {
	case errors.As(err, &refused) && refused.Code == refusedByHandler:
		r.Outcome = Left // the only possible refusal: no connection has this id
	case err != nil:
		return fail(err)
	default:
		r.Outcome = Kicked
	}
	return r
}

// refusedByHandler is the code of errors about the request itself, as opposed to 400
// for one that could not be read (nats-server, events.go).
const refusedByHandler = 500

// notify sends the client a lame duck notice, waits, and reports whether the client
// has left by itself. If the server refuses to send it, notify only waits.
func (k kicker) notify(ctx context.Context, conn Conn) (gone bool, err error) {
	var refused *RefusedError
	_, err = k.c.request(ctx, conn.Server, endpoint.LameDuckConn, server.LDMClientReq{CID: conn.Info.Cid})
	if err != nil && !errors.As(err, &refused) {
		return false, err
	}
	timer := time.NewTimer(k.pace.Notice)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	outcome, err := k.recheck(ctx, conn)
	return outcome != "", err
}

// recheck returns "" if a connection is still the selected one, and otherwise the
// outcome.
func (k kicker) recheck(ctx context.Context, conn Conn) (KickOutcome, error) {
	z, err := query[server.Connz](ctx, k.c, conn.Server, fleet.Connz, server.ConnzOptions{CID: conn.Info.Cid, Username: true})
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
