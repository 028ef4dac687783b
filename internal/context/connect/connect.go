// Package connect makes the first connection to a server within a time limit
// and a context, and identifies what listens at an address that is not a client
// port. It must not know the store of contexts, or give advice.
package connect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/nats-io/nats.go"
)

// Connect is like o.Connect, with four differences. It returns the error of ctx as
// soon as ctx is done. No step, including TLS of a websocket, takes longer than the
// timeout of o. Failures are an [Error], which reports what listens at the address
// when that does not match the URL. A server that a greeting names is dialed only
// after a login, at a reconnect.
//
// Host names are resolved for each dial, all addresses of a name are tried, and
// ctx has no effect on an established connection.
func Connect(ctx context.Context, o nats.Options) (*nats.Conn, error) {
	d := newDialer(ctx, o.CustomDialer, o.Timeout)
	d.named = addresses(o)
	o.CustomDialer, o.SkipHostLookup = d, true
	nc, err := o.Connect()
	if errors.Is(err, errStranger) { // it hides why the servers of the options failed
		o.IgnoreDiscoveredServers = true
		nc, err = o.Connect()
	}
	address, failed := d.finish(err != nil)
	switch {
	case err == nil:
		return nc, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, explain(ctx, o, d, &Error{Address: address, Err: cause(err, failed)})
}

// cause returns the error of the last dial when that of nats.go says less.
func cause(err, failed error) error {
	if failed != nil && errors.Is(err, nats.ErrNoServers) && !errors.Is(failed, syscall.ECONNREFUSED) {
		return failed
	}
	var proxied interface{ Proxied() bool }
	if errors.As(failed, &proxied) {
		return failed
	}
	return err
}

// Error is a failed connection. It matches Err and Found.
type Error struct {
	Address string // the server that was dialed last, "" when none was
	Err     error
	Found   error // what listens there instead, such as [ErrHTTP]; nil when that is not known
}

// Error returns what was found at the address, or else what failed.
func (e *Error) Error() string {
	if e.Found == nil || strings.HasPrefix(e.Found.Error(), "nats: ") {
		return e.Err.Error()
	}
	return fmt.Sprintf("%s is %v", e.Address, e.Found)
}

// Unwrap returns what failed and what was found.
func (e *Error) Unwrap() []error {
	if e.Found == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.Found}
}

// What may listen at an address instead of the client port of the URL.
var (
	ErrHTTP         = errors.New("an HTTP port, such as the monitoring port of a NATS server")
	ErrWebsocket    = errors.New("a websocket port without TLS")
	ErrWebsocketTLS = errors.New("a websocket port with TLS")
	ErrTLSFirst     = errors.New("a port that begins with TLS, before any greeting")
	ErrPlain        = errors.New("a client port that does not begin with TLS or a websocket")
	ErrGatewayPort  = errors.New("the gateway port of a NATS server")
	ErrLeafPort     = errors.New("the leaf node port of a NATS server")
	ErrRoutePort    = errors.New("the route port of a NATS server")
)

// refusals maps the messages with which a server rejects a login, from nats-server's
// server/errors.go, to errors.
var refusals = []struct {
	says string
	err  error
}{
	{"attempted to connect to gateway port", ErrGatewayPort},
	{"attempted to connect to leaf node port", ErrLeafPort},
	{"attempted to connect to route port", ErrRoutePort},
	{"rejecting connection, cluster name", ErrRoutePort},
	{"maximum account active connections exceeded", nats.ErrMaxAccountConnectionsExceeded},
	{"maximum connections exceeded", nats.ErrMaxConnectionsExceeded},
}

// explain adds what is known about the other side: from its answer, or by connecting
// again if there was no answer or none that could be parsed.
func explain(ctx context.Context, o nats.Options, d *dialer, e *Error) error {
	switch e.Found = refusal(e.Err.Error()); {
	case e.Found != nil, e.Address == "":
	case closed(e.Err):
		e.Found = d.readRefusal(ctx, e.Address)
	}
	if e.Found == nil && e.Address != "" && unclear(e.Err) {
		e.Found = found(e.Err, identify(ctx, d, e.Address, tlsConfig(o, e.Address)))
	}
	return e
}

// refusal returns the error for a server's message; nil for any other message.
func refusal(said string) error {
	said = strings.ToLower(said)
	for _, r := range refusals {
		if strings.Contains(said, r.says) {
			return r.err
		}
	}
	return nil
}

// closed reports whether the other side closed the connection, perhaps before its
// answer could be read.
func closed(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || strings.HasSuffix(err.Error(), "EOF")
}

// Identify identifies what listens at an address after a connection with the
// options failed with err. It sends no credentials, and is limited by ctx and three
// times half a second. It returns an [Error], or err itself when it cannot tell.
func Identify(ctx context.Context, o nats.Options, address string, err error) error {
	d := newDialer(ctx, o.CustomDialer, patience)
	if what := found(err, identify(ctx, d, address, tlsConfig(o, address))); what != nil {
		return &Error{Address: address, Err: err, Found: what}
	}
	return err
}

// found ignores a correct greeting of a server, which explains a failure only when
// TLS or a websocket was attempted.
func found(err, what error) error {
	if errors.Is(what, ErrPlain) && !began(err) {
		return nil
	}
	return what
}

// unclear reports whether an error can come from talking to the wrong port.
func unclear(err error) bool {
	var op *net.OpError
	silent := errors.As(err, &op) && op.Timeout() && op.Op == "read"
	said := err.Error()
	return silent || began(err) || strings.Contains(said, "invalid websocket connection") || closed(err) || strings.Contains(said, "expected 'INFO'")
}

// began reports whether TLS or a websocket was attempted with something that does
// not support it.
func began(err error) bool {
	said := err.Error()
	return strings.Contains(said, "first record does not look like a TLS handshake") || strings.Contains(said, "malformed HTTP")
}
