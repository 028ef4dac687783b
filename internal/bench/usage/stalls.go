package usage

import "time"

// stallTick is how often a process checks that it runs.
const stallTick = 5 * time.Millisecond

// WatchStalls measures how long this process does not get to run: stopped, starved of a
// processor, or paused by its collector. The returned function stops it and gives the longest
// time.
func WatchStalls() (stop func() time.Duration) {
	end, longest := make(chan struct{}), make(chan time.Duration)
	go func() {
		tick := time.NewTicker(stallTick)
		defer tick.Stop()
		worst, last := time.Duration(0), time.Now()
		for {
			select {
			case <-end:
				longest <- max(worst, time.Since(last)-stallTick)
				return
			case <-tick.C:
				now := time.Now()
				worst, last = max(worst, now.Sub(last)-stallTick), now
			}
		}
	}()
	return func() time.Duration { close(end); return <-longest }
}
