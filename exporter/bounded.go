package exporter

import "sync"

// bounded lets only so many different names through; later ones are "(other)".
// It is safe for concurrent use.
type bounded struct {
	mu    sync.Mutex
	names map[string]struct{}
	max   int
}

func newBounded(limit int) *bounded { return &bounded{names: map[string]struct{}{}, max: limit} }

func (b *bounded) name(s string) string {
	s = clean(s)
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.names[s]; known {
		return s
	}
	if len(b.names) >= b.max {
		return nameOther
	}
	b.names[s] = struct{}{}
	return s
}
