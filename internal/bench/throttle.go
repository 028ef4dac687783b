package bench

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// throttle limits how far publishers at full speed may get ahead of their
// subscribers: without it the backlog would grow in the server until it closes the
// slowest one, and without limit in this process. The limit is far above what keeps
// the path busy.
type throttle struct {
	backlog func() int64
	limit   int64
	patient time.Duration
	written atomic.Int64 // messages written off as lost
}

// Limits of the messages in flight, to each subscriber and to all of them. With
// nats.go, messages that wait for a callback use memory of this process; with the
// raw driver they wait in sockets.
const (
	maxBacklogGo    = 6 << 10 // messages
	maxBacklogRaw   = 16 << 10
	maxBacklogBytes = 16 << 20
	minBacklog      = 16
)

// newThrottle returns a throttle for groups of subscribers; backlog counts their
// missing messages.
func newThrottle(r *run, groups int, backlog func() int64) *throttle {
	each := maxBacklogGo
	if r.driver() == scenario.DriverRaw {
		each = maxBacklogRaw
	}
	each = min(each, maxBacklogBytes/groups/max(slices.Max(r.spec.Sizes), 1))
	return &throttle{backlog: backlog, limit: int64(max(each, minBacklog) * groups), patient: r.timeout()}
}

// wait returns when the backlog is below the limit. A backlog that has not changed
// for the timeout counts as lost, so that lost messages do not block the publishers.
func (t *throttle) wait(ctx context.Context) {
	if t == nil || t.backlog()-t.written.Load() <= t.limit {
		return
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	last, since := t.backlog(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := t.backlog()
		if now-t.written.Load() <= t.limit*3/4 {
			return
		}
		if now != last {
			last, since = now, time.Now()
		}
		if time.Since(since) > t.patient {
			t.written.Store(now)
			return
		}
	}
}
