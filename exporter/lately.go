package exporter

import (
	"maps"
	"sync"
	"time"
)

// lately remembers names for a minute: what is told of something in two ways
// may come after the word that it is gone. It is safe for concurrent use.
type lately struct {
	now func() time.Time

	mu     sync.Mutex
	at     map[string]time.Time
	purged time.Time // when those that are too old were forgotten last
}

// latelyKeeps is longer than a message is on its way between servers that are
// connected.
const latelyKeeps = time.Minute

func newLately(now func() time.Time) *lately { return &lately{now: now, at: map[string]time.Time{}} }

// add remembers a name. Once a minute those that are older than that go.
func (l *lately) add(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if now.Sub(l.purged) > latelyKeeps {
		maps.DeleteFunc(l.at, func(_ string, at time.Time) bool { return now.Sub(at) > latelyKeeps })
		l.purged = now
	}
	l.at[name] = now
}

// has tells whether a name was added within the last minute, and not dropped.
func (l *lately) has(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, known := l.at[name]
	return known && l.now().Sub(at) <= latelyKeeps
}

// drop forgets a name.
func (l *lately) drop(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.at, name)
}
