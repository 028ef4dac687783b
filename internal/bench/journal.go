package bench

import (
	"errors"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// maxEvents limits the events kept of a run; all of them are counted.
const maxEvents = 100

// journal records the connection events of a run. It is safe for concurrent use.
type journal struct {
	now func() int64 // nanoseconds since the start of the measurement

	mu      sync.Mutex
	events  []result.Event
	counts  map[string]int
	dropped int
	closed  bool
}

func newJournal(now func() int64) *journal {
	return &journal{now: now, counts: map[string]int{}}
}

// The kinds of an [Event] for which callers have messages.
const (
	EventDisconnected = "disconnected"
	EventReconnected  = "reconnected" // Detail is the server
	EventDenied       = "permission denied"
)

// The other kinds of an [Event].
const (
	evLameDuck = "lame duck"
	evSlow     = "slow consumer"
	evError    = "error"
)

func (j *journal) add(kind, who, detail string) {
	at := float64(j.now()) / 1e9
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return
	}
	j.counts[kind]++
	if len(j.events) == maxEvents {
		j.dropped++
		return
	}
	j.events = append(j.events, result.Event{Second: at, Kind: kind, Who: who, Detail: detail})
}

// close ends the journal: later events are caused by the run itself.
func (j *journal) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
}

func (j *journal) count(kind string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.counts[kind]
}

// first returns the detail of the first event of a kind; empty without one.
func (j *journal) first(kind string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range j.events {
		if e.Kind == kind {
			return e.Detail
		}
	}
	return ""
}

func (j *journal) list() []result.Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := append([]result.Event{}, j.events...)
	if j.dropped > 0 {
		out = append(out, result.Event{Kind: evError, Who: "journal", Detail: fmt.Sprintf("%d more events", j.dropped)})
	}
	return out
}

// options returns the options with which a connection reports to the journal.
func (j *journal) options(who string) []nats.Option {
	return []nats.Option{
		nats.DisconnectErrHandler(func(nc *nats.Conn, err error) {
			if nc.IsClosed() || err == nil {
				return
			}
			j.add(EventDisconnected, who, err.Error())
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) { j.add(EventReconnected, who, nc.ConnectedServerName()) }),
		nats.LameDuckModeHandler(func(nc *nats.Conn) { j.add(evLameDuck, who, nc.ConnectedServerName()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			kind := evError
			switch {
			case errors.Is(err, nats.ErrSlowConsumer):
				kind = evSlow
			case errors.Is(err, nats.ErrPermissionViolation):
				kind = EventDenied
			}
			j.add(kind, who, err.Error())
		}),
	}
}
