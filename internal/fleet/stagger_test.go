package fleet

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// sized is a source of a fleet with so many servers, which answers at once.
type sized int

func (n sized) Snapshot(context.Context, Want) (*Snapshot, error) {
	return &Snapshot{Expected: int(n)}, nil
}

func TestStagger(t *testing.T) {
	for servers, most := range map[int]time.Duration{7: 0, 100: 0, 1000: 200 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			source := Stagger(sized(servers))
			begun := time.Now()
			waited := func() time.Duration {
				before := time.Now()
				if _, err := source.Snapshot(t.Context(), Want{}); err != nil {
					t.Fatal(err)
				}
				return time.Since(before)
			}
			if waited() != 0 {
				t.Errorf("%d servers: the first question waits", servers)
			}
			for range 50 {
				if w := waited(); w > most {
					t.Errorf("%d servers: waited %s", servers, w)
				}
			}
			if all := time.Since(begun); (all == 0) != (most == 0) {
				t.Errorf("%d servers: 50 questions waited %s in all", servers, all)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := source.Snapshot(ctx, Want{}); most > 0 && !errors.Is(err, context.Canceled) {
				t.Errorf("%d servers: %v", servers, err)
			}
		})
	}
}
