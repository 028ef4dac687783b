package exporter

import (
	"sync"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
)

// bounded lets only so many different names through; later ones are "(other)".
// It is safe for concurrent use.
type labelLimit struct {
	mu    sync.Mutex
	names map[string]struct{}
	max   int
}

func newLabelLimit(limit int) *labelLimit {
	return &labelLimit{names: map[string]struct{}{}, max: limit}
}

func (b *labelLimit) label(s string) string {
	s = table.Clean(s)
	if b.admits(s) {
		return s
	}
	return scrape.NameOther
}

// lets tells whether a name is one of those that go through.
func (b *labelLimit) admits(s string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.names[s]; known {
		return true
	}
	if len(b.names) >= b.max {
		return false
	}
	b.names[s] = struct{}{}
	return true
}

// forget makes room for another name.
func (b *labelLimit) forget(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.names, s)
}
