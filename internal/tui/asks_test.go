package tui

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
)

// TestAsksWhatIsShown checks that the expensive answers are asked only while
// their page is open, and at once when it opens.
func TestAsksWhatIsShown(t *testing.T) {
	f := fixture.NewFleet(1)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := live.NewCollector(&live.Feed{Source: f}, 2*time.Second, time.Now, func(err error) { t.Error(err) })
		var running sync.WaitGroup
		running.Go(func() { c.Run(ctx) })
		defer running.Wait()
		defer cancel()
		next := func(after uint64) *live.State {
			for st := range c.Newest() {
				if st.Data > after {
					return st
				}
			}
			return nil
		}
		m := NewModel(Options{Feed: &live.Feed{}}, c.Send)
		m.goRoot(page.Servers)
		m.refresh()
		st := next(0)
		for range 3 {
			st = next(st.Data)
		}
		for _, w := range f.Wants {
			if w.Has(fleet.Connz) || w.Has(fleet.Jsz) || w.Has(fleet.AccountStatz) {
				t.Errorf("asked for what is not shown: %v", w.Kinds)
			}
		}
		before := time.Now()
		m.goRoot(page.Connections)
		m.refresh()
		for len(st.Conns) == 0 {
			st = next(st.Data)
		}
		if waited := time.Since(before); waited > 100*time.Millisecond {
			t.Errorf("connections came %s after their page was opened", waited)
		}
		m.goRoot(page.Servers)
		m.refresh()
		for range 3 {
			st = next(st.Data)
		}
		if len(st.Conns) != 0 {
			t.Error("connections of a page that was left are kept")
		}
	})
}
