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
	if b.lets(s) {
		return s
	}
	return nameOther
}

// lets tells whether a name is one of those that go through.
func (b *bounded) lets(s string) bool {
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
func (b *bounded) forget(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.names, s)
}
