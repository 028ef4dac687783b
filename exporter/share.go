package exporter

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/table"
)

// share lets scrapes close together use one page: those that come while it is
// being taken, and those that come within the minimum interval after. A page
// is forgotten after that, so that a large fleet is held in memory only while
// it is of use. The zero value is ready.
type share struct {
	mu      sync.Mutex
	flights map[string]*flight
}

// flight is one page on its way, or there.
type flight struct {
	done chan struct{} // closed when page and err are set
	page *table.Page
	err  error
}

type takePage func(ctx context.Context, chosen []string) (*table.Page, error)

// get returns the page of these collectors, or the reason why there is none
// within ctx.
func (s *share) get(ctx context.Context, keep time.Duration, chosen []string, take takePage) (*table.Page, error) {
	key := strings.Join(slices.Sorted(slices.Values(chosen)), ",")
	s.mu.Lock()
	f := s.flights[key]
	if f == nil {
		f = &flight{done: make(chan struct{})}
		if s.flights == nil {
			s.flights = map[string]*flight{}
		}
		s.flights[key] = f
		go s.fly(ctx, key, f, keep, func(ctx context.Context) (*table.Page, error) { return take(ctx, chosen) })
	}
	s.mu.Unlock()
	if err := await(ctx, f.done); err != nil {
		return nil, err
	}
	return f.page, f.err
}

// await waits until done is closed. A round ends with the deadline of its
// scrape and may still bring what it has, so it is waited for a moment longer;
// then the deadline is the error.
func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	grace := time.NewTimer(landing)
	defer grace.Stop()
	select {
	case <-done:
		return nil
	case <-grace.C:
		return ctx.Err()
	}
}

// within returns what ask brings, or nothing when ctx ends before: the locks of
// nats.go may hold ask for longer.
func within[T any](ctx context.Context, ask func() T) (out T) {
	result := make(chan T, 1)
	go func() { result <- ask() }()
	select {
	case out = <-result:
	case <-ctx.Done():
	}
	return out
}

// landing is how long a round whose time is up may take to hand over what has
// arrived.
const landing = 300 * time.Millisecond

// fly takes the page within the deadline of the scrape that asked first, but
// not with its life: others may wait for it.
func (s *share) fly(ctx context.Context, key string, f *flight, keep time.Duration, take func(context.Context) (*table.Page, error)) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if deadline, ok := ctx.Deadline(); ok {
		own, cancel = context.WithDeadline(context.WithoutCancel(ctx), deadline)
	}
	defer cancel()
	f.page, f.err = take(own)
	close(f.done)
	if f.err != nil || keep == 0 {
		s.forget(key, f)
		return
	}
	time.AfterFunc(keep, func() { s.forget(key, f) })
}

func (s *share) forget(key string, f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flights[key] == f {
		delete(s.flights, key)
	}
}
