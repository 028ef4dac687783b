package live

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// tap knows how many messages a server had counted of something at an instant:
// at least, and at most. Both come from what clients themselves counted, around
// round trips that order their counts with the server's.
type tap interface {
	least(at time.Time) int64
	most(at time.Time) (n int64, known bool)
}

// counted is what a client had counted before and after a round trip to its
// server.
type counted struct {
	begun, ended  time.Time
	before, after int64
}

// connTap reads the counter of a connection around round trips.
type connTap struct {
	mu   sync.Mutex
	list []counted
}

// watch takes readings until the context ends.
func (c *connTap) watch(ctx context.Context, nc *nats.Conn, count func(nats.Statistics) uint64) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		r := counted{begun: time.Now()}
		r.before = int64(count(nc.Stats())) //nolint:gosec // far below
		within, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := nc.FlushWithContext(within)
		cancel()
		if err == nil {
			r.after = int64(count(nc.Stats())) //nolint:gosec // far below
			r.ended = time.Now()
			c.mu.Lock()
			c.list = append(c.list, r)
			c.mu.Unlock()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// sentTap bounds what a server has received from a publisher. The server writes
// its counters after the answer to a round trip, but before it reads the next:
// so what was sent before the last but one is counted.
type sentTap struct{ connTap }

func (s *sentTap) least(at time.Time) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := int64(0)
	for i := 1; i < len(s.list) && !s.list[i].ended.After(at); i++ {
		last = s.list[i-1].before
	}
	return last
}

func (s *sentTap) most(at time.Time) (int64, bool) {
	return s.after(at, func(r counted) int64 { return r.before })
}

// gotTap bounds what a server has sent to a subscriber: what arrived was
// counted, and what was counted arrives before the answer to a round trip that
// begins later.
type gotTap struct{ connTap }

func (g *gotTap) least(at time.Time) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	last := int64(0)
	for _, r := range g.list {
		if r.ended.After(at) {
			break
		}
		last = r.after
	}
	return last
}

func (g *gotTap) most(at time.Time) (int64, bool) {
	return g.after(at, func(r counted) int64 { return r.after })
}

// after is a count of the first reading that began after an instant.
func (c *connTap) after(at time.Time, count func(counted) int64) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.list {
		if r.begun.After(at) {
			return count(r), true
		}
	}
	return 0, false
}

// storeTap counts messages on their way into a stream: tried, and acknowledged.
type storeTap struct {
	mu           sync.Mutex
	tried, acked []time.Time
}

func (s *storeTap) least(at time.Time) int64 { return s.upTo(&s.acked, at) }

func (s *storeTap) most(at time.Time) (int64, bool) { return s.upTo(&s.tried, at), true }

func (s *storeTap) upTo(list *[]time.Time, at time.Time) (n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range *list {
		if !t.After(at) {
			n++
		}
	}
	return n
}

func (s *storeTap) note(list *[]time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, time.Now())
}

// store stores messages at a pace until the context ends.
func (s *storeTap) store(ctx context.Context, js jetstream.JetStream, subject string, payload []byte, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		s.note(&s.tried)
		if _, err := js.Publish(ctx, subject, payload, jetstream.WithRetryAttempts(0)); err == nil {
			s.note(&s.acked)
		}
	}
}

// publish sends messages by an absolute schedule until the context ends: after
// t seconds it has sent perSecond times t, however late a tick comes. What a
// lost connection cannot take is not made up for.
func publish(ctx context.Context, t *testing.T, nc *nats.Conn, subject string, payload []byte, perSecond float64) {
	begun, sent := time.Now(), 0
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		for due := int(time.Since(begun).Seconds() * perSecond); sent < due; sent++ {
			if !nc.IsConnected() {
				continue
			}
			if err := nc.Publish(subject, payload); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
