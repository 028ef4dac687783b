package live

import (
	"context"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Next sends the next request after the interval, or moves to the next snapshot
// of the recording; false at its end.
func (c *Collector) Next(ctx context.Context) (bool, error) {
	if c.player != nil {
		if c.player.at+1 >= c.player.recording.Len() {
			return false, nil
		}
		c.show(c.player.at + 1)
		return true, nil
	}
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-time.After(c.state.Every):
	}
	return true, c.Request(ctx)
}

// Gather sends as many requests as needed, or moves to the given time of the
// recording.
func (c *Collector) Gather(ctx context.Context, polls int, when time.Time) error {
	if c.player != nil {
		at := c.player.recording.Len() - 1
		if !when.IsZero() {
			at = c.player.recording.At(when)
		}
		for i := max(at-hourPoints, 0); i <= at; i++ {
			c.show(i)
		}
		return nil
	}
	if polls == 0 {
		polls = 2
	}
	for i := range polls {
		if i > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(c.state.Every):
			}
		}
		if err := c.Request(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Request requests what the page needs, synchronously.
func (c *Collector) Request(ctx context.Context) error {
	want := c.demand.due(map[fleet.Kind]time.Time{}, c.clock())
	snap, err := c.feed.Source.Snapshot(ctx, want)
	if err != nil {
		return err
	}
	c.apply(answer{gen: c.gen, want: want, snap: snap})
	return nil
}

// Latest is a copy of the current state.
func (c *Collector) Latest() *State {
	c.publish()
	return <-c.states
}
