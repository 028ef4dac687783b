package exporter

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
)

// slowFleet counts how often it is asked and answers after a while, or when the
// time of the question is up.
type slowFleet struct {
	asked atomic.Int32
	takes time.Duration
	err   error
}

func (f *slowFleet) take(ctx context.Context, _ []string) (*table.Page, error) {
	f.asked.Add(1)
	select {
	case <-time.After(f.takes):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f.err != nil {
		return nil, f.err
	}
	return &table.Page{View: &scrape.View{Snapshot: &fleet.Snapshot{Time: time.Now()}}}, nil
}

// Scrapes at the same time and within the interval after share one page; the
// next one asks again.
func TestShareWithinTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s share
		src, keep := &slowFleet{takes: 50 * time.Millisecond}, time.Second
		get := func(chosen ...string) *table.Page {
			v, err := s.get(t.Context(), keep, chosen, src.take)
			if err != nil {
				t.Error(err)
			}
			return v
		}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { get("a", "b") })
		}
		all.Wait()
		first := get("b", "a") // in another order
		if n := src.asked.Load(); n != 1 {
			t.Errorf("%d rounds for scrapes at the same time", n)
		}
		<-time.After(time.Second - time.Millisecond)
		if get("a", "b") != first || src.asked.Load() != 1 {
			t.Error("within the interval the fleet is asked again")
		}
		if get("a") == first || src.asked.Load() != 2 {
			t.Error("other collectors get the same page")
		}
		<-time.After(2 * time.Millisecond)
		if get("a", "b") == first || src.asked.Load() != 3 {
			t.Error("after the interval the page is old")
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		if len(s.pages) != 0 {
			t.Errorf("%d pages are held for ever", len(s.pages))
		}
	})
}

// Without an interval a scrape that begins after another one has its page asks
// the fleet again, however soon it begins.
func TestShareEndsWithItsPage(t *testing.T) {
	var s share
	release := make(chan struct{})
	go s.get(t.Context(), 0, nil, func(context.Context, []string) (*table.Page, error) { //nolint:errcheck // the page is not what this is about
		<-release
		return &table.Page{}, nil
	})
	var page *sharedPage
	for page == nil {
		s.mu.Lock()
		page = s.pages[""]
		s.mu.Unlock()
		runtime.Gosched()
	}
	s.mu.Lock() // the page cannot leave the map
	close(release)
	select {
	case <-page.done:
		t.Error("the page is handed out while it is still shared")
	case <-time.After(50 * time.Millisecond):
	}
	s.mu.Unlock()
	<-page.done
	if len(s.pages) != 0 {
		t.Error("the page is still shared")
	}
}

// Without an interval only scrapes at the same time share.
func TestShareWithoutAnInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s share
		src := &slowFleet{takes: time.Millisecond}
		for range 3 {
			if _, err := s.get(t.Context(), 0, nil, src.take); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		}
		if n := src.asked.Load(); n != 3 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A failure is told to those who wait for it, and not kept.
func TestShareKeepsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s share
		src, keep := &slowFleet{takes: time.Millisecond, err: errors.New("broken")}, time.Hour
		for range 2 {
			if v, err := s.get(t.Context(), keep, nil, src.take); v != nil || !errors.Is(err, src.err) {
				t.Errorf("%v %v", v, err)
			}
			synctest.Wait()
		}
		if n := src.asked.Load(); n != 2 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A scraper that gives up does not end the round for those who wait for it; its
// own deadline does, and what waits for a round that ignores it is let go.
func TestShareOutlivesItsFirstScraper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s share
		src := &slowFleet{takes: 2 * time.Second}
		first, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := s.get(first, 0, nil, src.take); !errors.Is(err, context.Canceled) {
				t.Errorf("the first: %v", err)
			}
		})
		<-time.After(time.Second)
		all.Go(func() {
			if v, err := s.get(t.Context(), 0, nil, src.take); v == nil || err != nil {
				t.Errorf("the second: %v", err)
			}
		})
		synctest.Wait()
		leave()
		all.Wait()
		if n := src.asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A round that overruns the deadline may hand over what it has for a moment;
// then the scrape ends without it.
func TestShareEndsWithItsDeadline(t *testing.T) {
	for _, tt := range []struct {
		late time.Duration // of the round, after the deadline
		ok   bool
	}{{gracePeriod - time.Millisecond, true}, {gracePeriod + time.Millisecond, false}} {
		synctest.Test(t, func(t *testing.T) {
			var s share
			const timeout = time.Second
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			begin := time.Now()
			v, err := s.get(ctx, 0, nil, func(context.Context, []string) (*table.Page, error) {
				<-time.After(timeout + tt.late)
				return &table.Page{}, nil
			})
			if (v != nil) != tt.ok || (err == nil) != tt.ok {
				t.Errorf("%v late: %v %v", tt.late, v, err)
			}
			if took := time.Since(begin); took > timeout+gracePeriod {
				t.Errorf("%v late: the scrape took %v", tt.late, took)
			}
			<-time.After(time.Minute)
		})
	}
}
