package exporter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/safetext"
)

// connection is the state of the connection to NATS. Scrapes read it instead of
// calling nats.go, which holds its locks while it dials a server or writes to
// one that hangs. The zero value is not connected yet.
type connection struct {
	state      atomic.Pointer[NotConnectedError] // nil once connected
	known      atomic.Bool                       // state was set
	reconnects atomic.Uint64

	ever, lost bool // used only by the goroutine of follow: connected once; lost since
}

// NotConnectedError reports why there is no connection to NATS. It matches
// [ErrNotConnected].
type NotConnectedError struct {
	Reason string // auth, tls, full, timeout, unreachable or disconnected
	Cause  error  // the last error of nats.go; nil if none
}

// Error returns the reason and the cause.
func (e *NotConnectedError) Error() string {
	if e.Cause == nil {
		return ErrNotConnected.Error() + ": " + e.Reason
	}
	return ErrNotConnected.Error() + ": " + e.Reason + ": " + e.Cause.Error()
}

// Is reports whether target is [ErrNotConnected].
func (e *NotConnectedError) Is(target error) bool { return target == ErrNotConnected }

// Unwrap returns the cause.
func (e *NotConnectedError) Unwrap() error { return e.Cause }

// ready returns nil while connected, and the reason otherwise. It does not
// block.
func (c *connection) ready() error {
	if err := c.state.Load(); err != nil {
		return err
	}
	if !c.known.Load() {
		return &NotConnectedError{Reason: "disconnected"}
	}
	return nil
}

// connectionInterval is how often the state is read.
const connectionInterval = 250 * time.Millisecond

// follow polls the state of nc until stop is called, and logs a line for each
// change. It returns after the first poll, or after a second.
func (c *connection) follow(nc *nats.Conn, log *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	first, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		c.update(nc, log)
		close(first)
		status := nc.StatusChanged(nats.RECONNECTING, nats.CONNECTED, nats.CLOSED)
		defer nc.RemoveStatusListener(status)
		tick := time.NewTicker(connectionInterval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case st := <-status:
				c.lost = c.lost || st == nats.RECONNECTING
			case <-tick.C:
			}
			c.update(nc, log)
		}
	}()
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	select {
	case <-first:
	case <-patience.C:
	}
	return func() {
		cancel()
		<-done
	}
}

// update reads the state once.
func (c *connection) update(nc *nats.Conn, log *slog.Logger) {
	was, known := c.state.Load(), c.known.Load()
	if nc.IsConnected() {
		if c.ever && (was != nil || c.lost) {
			c.reconnects.Add(1)
		}
		if !known || was != nil || c.lost {
			log.Info("connected to NATS", "server", nc.ConnectedUrlRedacted())
		}
		c.ever, c.lost = true, false
		c.state.Store(nil)
		c.known.Store(true)
		return
	}
	now := &NotConnectedError{Cause: nc.LastError()}
	now.Reason = connectionReason(now.Cause)
	if was != nil && severity(now.Reason) <= severity(was.Reason) {
		return // one line for each outage, and one for each more specific reason
	}
	c.state.Store(now)
	c.known.Store(true)
	attrs := []any{"reason", now.Reason}
	if now.Cause != nil {
		attrs = append(attrs, "error", safetext.Visible(now.Cause.Error()))
	}
	log.Warn("not connected to NATS", attrs...)
}

// connectionReasons are the reasons from the least to the most specific: of
// several servers one may be down and another refuse the password.
var connectionReasons = []string{"disconnected", "unreachable", "timeout", "full", "tls", "auth"}

func severity(reason string) int {
	for i, r := range connectionReasons {
		if r == reason {
			return i
		}
	}
	return 0
}

// connectionReason returns the last error of a connection as one word. nats.go
// has no error while it finds no server to connect to.
func connectionReason(err error) string {
	var (
		unknown  x509.UnknownAuthorityError
		host     x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		timeout  net.Error
		dialling *net.OpError
	)
	switch {
	case err == nil, errors.Is(err, nats.ErrNoServers):
		return "unreachable"
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked), errors.Is(err, nats.ErrAccountAuthExpired),
		strings.Contains(strings.ToLower(err.Error()), "authorization violation"), strings.Contains(strings.ToLower(err.Error()), "authentication"):
		return "auth"
	case errors.Is(err, nats.ErrMaxAccountConnectionsExceeded), errors.Is(err, nats.ErrMaxConnectionsExceeded):
		return "full"
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &verify), errors.As(err, &record),
		errors.Is(err, nats.ErrSecureConnRequired), errors.Is(err, nats.ErrSecureConnWanted), strings.Contains(err.Error(), "tls: "):
		return "tls"
	case errors.Is(err, nats.ErrTimeout), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, io.EOF), errors.Is(err, nats.ErrStaleConnection):
		return "disconnected"
	case errors.As(err, &dialling):
		return "unreachable"
	}
	return "disconnected"
}
