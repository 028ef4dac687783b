package link

import (
	"sync"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// way is a direction between two nodes, by name.
type way struct{ from, to string }

// back is the opposite direction.
func (w way) back() way { return way{w.to, w.from} }

// lane is one direction between two servers with the current effect of faults. It is safe for concurrent use.
type lane struct {
	mu      sync.Mutex
	eff     effect
	changed chan struct{} // closed by the next change
}

func newLane() *lane { return &lane{changed: make(chan struct{})} }

// now returns the current effect, and a channel that closes when it changes.
func (l *lane) now() (effect, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.eff, l.changed
}

// set changes the effect; it does nothing if the effect is the same.
func (l *lane) set(e effect) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.eff == e {
		return
	}
	l.eff = e
	close(l.changed)
	l.changed = make(chan struct{})
}

// wayOf returns the direction in which the connection of a link is opened.
func wayOf(l plan.Link) way { return way{l.From, l.To} }
