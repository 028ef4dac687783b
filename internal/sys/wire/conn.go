// Package wire wraps a connection for sending requests to servers: a request that is answered once, subjects that the
// server denied, and why the connection cannot be used.
//
// It must not know what is requested, or how answers are read.
package wire

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys/failure"
)

// Conn is a connection that reports denied subjects. It is safe for concurrent use
// and owns only the error handler of the connection, which it chains.
type Conn struct {
	NC     *nats.Conn
	denied *denials
}

// New takes over the connection's error handler, and passes every error on to the
// previous handler.
func New(nc *nats.Conn) *Conn {
	c := &Conn{NC: nc, denied: newDenials()}
	before := nc.ErrorHandler()
	nc.SetErrorHandler(func(nc *nats.Conn, sub *nats.Subscription, err error) {
		c.denied.observe(err)
		if before != nil {
			before(nc, sub, err)
		}
	})
	return c
}

// Denials returns a channel of the subjects that the server denies from now on,
// and the function that stops it.
func (c *Conn) Denials() (ch <-chan *failure.PermissionError, stop func()) { return c.denied.listen() }

// Flush waits until the server has received everything that was sent, within ctx
// and d.
func (c *Conn) Flush(ctx context.Context, d time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return c.NC.FlushWithContext(ctx)
}

// Account returns the name of the user's account, or "" if it is not known: servers
// before 2.12 do not report it, and the others only after they have accepted the
// user, so it is known once the first answer has arrived.
func (c *Conn) Account() string { return c.NC.RemoteAccount() }

// Leave disconnects from the connected server when no server answered, not even
// that one: it hangs, and nats.go would notice only when its pings stay
// unanswered, after minutes. The next request uses another server. It returns err,
// joined with the error of leaving, if any.
func (c *Conn) Leave(err error) error {
	if failed := c.NC.ForceReconnect(); failed != nil {
		return errors.Join(err, failed)
	}
	return err
}

// Err returns why the connection cannot be used, or nil.
func (c *Conn) Err() error {
	if c.NC.IsConnected() {
		return nil
	}
	err := c.NC.LastError()
	if err == nil || errors.Is(err, nats.ErrPermissionViolation) {
		return failure.ErrDisconnected
	}
	return errors.Join(failure.ErrDisconnected, authReason(err), err)
}

// authReasons are the messages with which a server rejects a client, and the
// errors of nats.go for them. nats.go maps them only on an open connection; when a
// reconnect is rejected it returns the bare message.
var authReasons = []struct {
	sentence string
	err      error
}{
	{"account authentication expired", nats.ErrAccountAuthExpired},
	{"user authentication expired", nats.ErrAuthExpired},
	{"user authentication revoked", nats.ErrAuthRevoked},
	{"authorization violation", nats.ErrAuthorization},
}

// authReason returns the nats.go error for a server message, or nil.
func authReason(err error) error {
	for _, row := range authReasons {
		if strings.Contains(strings.ToLower(err.Error()), row.sentence) && !errors.Is(err, row.err) {
			return row.err
		}
	}
	return nil
}

// errWaited distinguishes the timeout of one request from that of the caller.
var errWaited = errors.New("waited long enough")

// Request sends a request and waits for one answer, within ctx and d. A denied
// subject is detected at once and not after the timeout. The errors are
// [failure.PermissionError], [failure.SilentError], nats.ErrNoResponders, the end
// of ctx, and those of the connection.
func (c *Conn) Request(ctx context.Context, d time.Duration, msg *nats.Msg) (*nats.Msg, error) {
	if err := c.Err(); err != nil {
		return nil, err
	}
	start := time.Now()
	parent := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, d, errWaited)
	defer cancel()
	ctx, refuse := context.WithCancelCause(ctx)
	defer refuse(nil)
	denied, ignore := c.Denials()
	defer ignore()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case p := <-denied:
				if p.Subject == "" || p.Subject == msg.Subject || p.Subscribe && !strings.HasPrefix(p.Subject, "$") {
					refuse(p)
				}
			}
		}
	}()
	answer, err := c.NC.RequestMsgWithContext(ctx, msg)
	var p *failure.PermissionError
	switch cause := context.Cause(ctx); {
	case err == nil, errors.Is(err, nats.ErrNoResponders):
		return answer, err
	case errors.As(cause, &p):
		return nil, p
	case parent.Err() != nil:
		return nil, parent.Err()
	case errors.Is(cause, errWaited):
		return nil, &failure.SilentError{Subject: msg.Subject, After: time.Since(start)}
	}
	return nil, fmt.Errorf("ask %s: %w", msg.Subject, err)
}
