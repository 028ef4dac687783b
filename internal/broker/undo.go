package broker

import (
	"time"

	"github.com/natsctl/natsctl/internal/broker/host"
)

// setEnd records until when the node is to stay as it is now; zero is forever.
func (p *process) setEnd(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until = (time.Time{}); d > 0 {
		p.until, p.untilSince = time.Now().Add(d), p.since
	}
}

// endTime returns when the node is restored automatically, zero for never; the caller holds mu.
func (p *process) endTime() time.Time {
	if !p.until.IsZero() && p.since.Equal(p.untilSince) {
		return p.until
	}
	return time.Time{}
}

// undo restores the node when its time has come and its phase has not changed since. It reports whether the node has exited, so
// that the caller has to start it. Errors are ignored: another caller is restoring the node, or its status shows the error.
func (p *process) undo(now time.Time) (start bool) {
	p.mu.Lock()
	end, phase := p.endTime(), p.phase
	p.mu.Unlock()
	if end.IsZero() || now.Before(end) {
		return false
	}
	p.setEnd(0)
	if phase == Paused {
		p.signal(host.SigResume, Running, Paused) //nolint:errcheck // see above
	}
	return phase == Exited
}
