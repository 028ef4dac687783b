package bench

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/result"
)

// serviceLog records the connection events of responders, which may serve for days:
// it keeps only unread events. It is safe for concurrent use.
type serviceLog struct {
	clock pace.Monotonic
	wake  chan struct{} // there are new events
	over  chan error    // a responder has stopped

	mu      sync.Mutex
	news    []result.Event
	logged  map[string]bool  // by responder and text: what repeats with each request is reported once
	revoked map[string]error // by responder: why the server ended its connection
}

func newServiceLog(clock pace.Monotonic) *serviceLog {
	return &serviceLog{clock: clock, wake: make(chan struct{}, 1), over: make(chan error, 1), logged: map[string]bool{}, revoked: map[string]error{}}
}

// drain returns and removes the events since the last call.
func (d *serviceLog) drain() []result.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	news := d.news
	d.news = nil
	return news
}

func (d *serviceLog) add(kind, who, detail string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.news) < maxEvents {
		d.news = append(d.news, result.Event{Second: float64(d.clock.Now()) / 1e9, Kind: kind, Who: who, Detail: detail})
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// addOnce records what would repeat with every request.
func (d *serviceLog) addOnce(kind, who, detail string) {
	d.mu.Lock()
	logged := d.logged[who+kind]
	d.logged[who+kind] = true
	d.mu.Unlock()
	if !logged {
		d.add(kind, who, detail)
	}
}

// end reports that a responder stopped; the first reason counts.
func (d *serviceLog) end(who string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if why := d.revoked[who]; why != nil && !errors.Is(err, why) {
		err = fmt.Errorf("%w, then %w", why, err)
	}
	select {
	case d.over <- fmt.Errorf("%s stopped answering: %w", who, err):
	default:
	}
}

// options returns the options with which a connection reports to the log.
func (d *serviceLog) options(who string) []nats.Option {
	return []nats.Option{
		nats.DisconnectErrHandler(func(nc *nats.Conn, err error) {
			if nc.IsClosed() || err == nil {
				return
			}
			d.add(EventDisconnected, who, err.Error())
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) { d.add(EventReconnected, who, nc.ConnectedServerName()) }),
		nats.LameDuckModeHandler(func(nc *nats.Conn) { d.add(evLameDuck, who, nc.ConnectedServerName()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { d.classify(who, err) }),
		nats.ClosedHandler(func(nc *nats.Conn) {
			err := nc.LastError()
			if err == nil {
				err = nats.ErrConnectionClosed
			}
			d.end(who, err)
		}),
	}
}

// classify handles an asynchronous error of a connection.
func (d *serviceLog) classify(who string, err error) {
	switch {
	case errors.Is(err, nats.ErrPermissionViolation) && strings.Contains(strings.ToLower(err.Error()), "subscription"):
		d.end(who, err)
	case errors.Is(err, nats.ErrPermissionViolation):
		d.addOnce(EventDenied, who, err.Error())
	case errors.Is(err, nats.ErrSlowConsumer):
		d.addOnce(evSlow, who, err.Error())
	case errors.Is(err, nats.ErrAuthRevoked), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAccountAuthExpired):
		d.mu.Lock()
		defer d.mu.Unlock()
		d.revoked[who] = err
	default:
		d.addOnce(evError, who, err.Error())
	}
}
