package exporter

import (
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// eventCounter counts events by labels that are not known in advance.
// Prometheus sees no increase in a series that starts with its first event, so
// each series starts at 0: its first events are added after a page has shown
// it. It is safe for concurrent use.
type eventCounter struct {
	*prometheus.CounterVec

	mu   sync.Mutex
	seen map[string]bool       // series that a page has shown
	held map[string]heldEvents // events of series that no page has shown yet
}

type heldEvents struct {
	labels []string
	n      float64
}

func newEventCounter(name, help string, labels ...string) *eventCounter {
	return &eventCounter{CounterVec: counter(name, help, labels...), seen: map[string]bool{}, held: map[string]heldEvents{}}
}

// add counts n events; 0 creates the series.
func (c *eventCounter) add(n float64, labels ...string) {
	key := strings.Join(labels, "\xff") // labels are valid UTF-8
	c.mu.Lock()
	defer c.mu.Unlock()
	series := c.WithLabelValues(labels...)
	if c.seen[key] {
		series.Add(n)
		return
	}
	c.held[key] = heldEvents{labels, c.held[key].n + n}
}

// shown reports that a page with all series is being written: events held until
// then are added for the next page.
func (c *eventCounter) shown() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, h := range c.held {
		c.seen[key] = true
		c.WithLabelValues(h.labels...).Add(h.n)
	}
	clear(c.held)
}
