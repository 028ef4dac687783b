package broker

import (
	"context"
	"time"

	"github.com/natsctl/natsctl/internal/broker/host"
)

// lasts remembers until when the node is to stay as it is now; zero is for ever.
func (p *process) lasts(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until = (time.Time{}); d > 0 {
		p.until, p.untilSince = time.Now().Add(d), p.since
	}
}

// ends is when the node is mended by itself, zero for never; the caller holds mu.
func (p *process) ends() time.Time {
	if !p.until.IsZero() && p.since.Equal(p.untilSince) {
		return p.until
	}
	return time.Time{}
}

// undo mends the node when its time has come and it still is as it was left. An error is that of a node which somebody
// else mends just now, or shows in its status.
func (p *process) undo(now time.Time) {
	p.mu.Lock()
	end, phase := p.ends(), p.phase
	p.mu.Unlock()
	if end.IsZero() || now.Before(end) {
		return
	}
	p.lasts(0)
	switch phase {
	case Paused:
		p.signal(host.SigResume, Running, Paused) //nolint:errcheck // see above
	case Exited:
		go p.startAndWait(context.Background()) //nolint:errcheck // see above
	}
}
