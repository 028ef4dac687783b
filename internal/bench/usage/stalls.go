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
		s := stalls{last: time.Now()}
		for {
			select {
			case <-end:
				s.runs(time.Now())
				longest <- s.worst
				return
			case <-tick.C:
				s.runs(time.Now())
			}
		}
	}()
	return func() time.Duration { close(end); return <-longest }
}

// stalls finds the longest time between two checks, beyond that of a tick.
type stalls struct {
	last  time.Time
	worst time.Duration
}

// runs records that the process runs now.
func (s *stalls) runs(now time.Time) {
	s.worst, s.last = max(s.worst, now.Sub(s.last)-stallTick), now
}
