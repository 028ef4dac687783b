package exporter

import (
	"sync"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
)

// labelLimit limits the number of distinct names; further ones become
// "(other)". It is safe for concurrent use.
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

// admits reports whether a name is within the limit.
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

// remove removes a name, which makes room for another one.
func (b *labelLimit) remove(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.names, s)
}
