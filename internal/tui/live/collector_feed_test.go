package live

import (
	"context"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// TestAnswerOfOtherFeed drops an answer that was asked of the feed before, and
// keeps the rhythm of the questions to the new one.
func TestAnswerOfOtherFeed(t *testing.T) {
	c := NewCollector(&Feed{Name: "old", Source: fixture.NewFleet(1)}, time.Second, time.Now, func(err error) { t.Error(err) })
	old := c.gen
	UseFeed(&Feed{Name: "new", Source: fixture.NewFleet(1)})(t.Context(), c)
	c.started = fixture.Noon
	c.apply(answer{gen: old, snap: fixture.Cluster(fixture.Noon, "2.15.2")})
	if c.state.Snap != nil || c.state.Phase != Discovering || c.started.IsZero() {
		t.Errorf("the fleet before is shown under the name of the new one: phase %v, %v", c.state.Phase, c.state.Snap)
	}
	c.apply(answer{gen: c.gen, snap: fixture.Cluster(fixture.Noon, "2.15.2")})
	if c.state.Snap == nil || c.state.Phase != Live || !c.started.IsZero() {
		t.Errorf("an answer of the new fleet: phase %v", c.state.Phase)
	}
}

// TestContextEnds has everything that a collector started end with its context.
func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	closed := 0
	c := NewCollector(&Feed{Name: "a", Source: fixture.NewFleet(1), Close: func() { closed++ }}, time.Second, time.Now, func(err error) { t.Error(err) })
	done := make(chan struct{})
	go func() { defer close(done); c.Run(ctx) }()
	<-c.states
	cancel()
	<-done
	if closed != 1 {
		t.Errorf("the feed was closed %d times", closed)
	}
}
