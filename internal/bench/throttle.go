package bench

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// throttle keeps publishers at full speed from running away from their
// subscribers: without it the backlog would grow in the server until it cuts
// the slowest one off, and in this process without bound. The limit is far more
// than what keeps the path busy.
type throttle struct {
	backlog func() int64
	limit   int64
	patient time.Duration
	written atomic.Int64 // backlog that counts as lost
}

// What may be on its way: to each subscriber, and to all of them. What waits
// for a callback of nats.go is memory of this process; for the raw driver it
// waits in sockets.
const (
	maxBacklogGo    = 6 << 10 // messages
	maxBacklogRaw   = 16 << 10
	maxBacklogBytes = 16 << 20
	minBacklog      = 16
)

// newThrottle is for groups of subscribers whose missing messages backlog
// counts.
func newThrottle(r *run, groups int, backlog func() int64) *throttle {
	each := maxBacklogGo
	if r.driver() == scenario.DriverRaw {
		each = maxBacklogRaw
	}
	each = min(each, maxBacklogBytes/groups/max(slices.Max(r.spec.Sizes), 1))
	return &throttle{backlog: backlog, limit: int64(max(each, minBacklog) * groups), patient: r.timeout()}
}

// wait returns when the backlog is below the limit. A backlog that has not
// moved for the timeout counts as lost, so that lost messages do not block the publishers.
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
