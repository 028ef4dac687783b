package link

import (
	"sync"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// direction is a direction between two nodes, by name.
type direction struct{ from, to string }

// reverse is the opposite direction.
func (d direction) reverse() direction { return direction{d.to, d.from} }

// path is one direction between two servers with the current effect of faults. It is safe for concurrent use.
type path struct {
	mu      sync.Mutex
	eff     effect
	changed chan struct{} // closed by the next change
}

func newPath() *path { return &path{changed: make(chan struct{})} }

// current returns the current effect, and a channel that closes when it changes.
func (p *path) current() (effect, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.eff, p.changed
}

// set changes the effect; it does nothing if the effect is the same.
func (p *path) set(e effect) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.eff == e {
		return
	}
	p.eff = e
	close(p.changed)
	p.changed = make(chan struct{})
}

// directionOf returns the direction in which the connection of a link is opened.
func directionOf(l plan.Link) direction { return direction{l.From, l.To} }
