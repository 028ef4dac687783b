package exporter

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/table"
)

// share lets concurrent scrapes, and scrapes within the minimum interval, use
// the same page. A page is then dropped, so that the data of a large fleet is
// in memory only while it is needed. The zero value is ready to use.
type share struct {
	mu    sync.Mutex
	pages map[string]*sharedPage
}

// sharedPage is a page that is being collected or is complete.
type sharedPage struct {
	done chan struct{} // closed when page and err are set
	page *table.Page
	err  error
}

type collectPage func(ctx context.Context, chosen []string) (*table.Page, error)

// get returns the page of these collectors, or the error if there is none
// within ctx.
func (s *share) get(ctx context.Context, keep time.Duration, chosen []string, take collectPage) (*table.Page, error) {
	key := strings.Join(slices.Sorted(slices.Values(chosen)), ",")
	s.mu.Lock()
	f := s.pages[key]
	if f == nil {
		f = &sharedPage{done: make(chan struct{})}
		if s.pages == nil {
			s.pages = map[string]*sharedPage{}
		}
		s.pages[key] = f
		go s.collect(ctx, key, f, keep, func(ctx context.Context) (*table.Page, error) { return take(ctx, chosen) })
	}
	s.mu.Unlock()
	if err := await(ctx, f.done); err != nil {
		return nil, err
	}
	return f.page, f.err
}

// await waits until done is closed. A round ends at the deadline of its scrape
// and may still deliver partial results, so await waits slightly longer; then
// it returns the deadline error.
func await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	grace := time.NewTimer(gracePeriod)
	defer grace.Stop()
	select {
	case <-done:
		return nil
	case <-grace.C:
		return ctx.Err()
	}
}

// within returns the result of ask, or the zero value if ctx ends first: ask
// may block longer on the locks of nats.go.
func within[T any](ctx context.Context, ask func() T) (out T) {
	result := make(chan T, 1)
	go func() { result <- ask() }()
	select {
	case out = <-result:
	case <-ctx.Done():
	}
	return out
}

// gracePeriod is how long a round may take after its deadline to deliver what
// has arrived.
const gracePeriod = 300 * time.Millisecond

// collect takes the page within the deadline of the first scrape, but does not
// stop when that scrape is canceled: others may be waiting.
func (s *share) collect(ctx context.Context, key string, f *sharedPage, keep time.Duration, take func(context.Context) (*table.Page, error)) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if deadline, ok := ctx.Deadline(); ok {
		own, cancel = context.WithDeadline(context.WithoutCancel(ctx), deadline)
	}
	defer cancel()
	f.page, f.err = take(own)
	if f.err != nil || keep == 0 {
		s.remove(key, f) // before anybody is told: the next scrape takes a page of its own
	} else {
		time.AfterFunc(keep, func() { s.remove(key, f) })
	}
	close(f.done)
}

func (s *share) remove(key string, f *sharedPage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages[key] == f {
		delete(s.pages, key)
	}
}
