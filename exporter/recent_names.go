package exporter

import (
	"maps"
	"sync"
	"time"
)

// recentNames remembers names for a minute: messages about a thing on another
// subject may arrive after the message that it is gone. It is safe for
// concurrent use.
type recentNames struct {
	now func() time.Time

	mu     sync.Mutex
	at     map[string]time.Time
	purged time.Time // when old names were last removed
}

// recentFor is longer than a message takes between connected servers.
const recentFor = time.Minute

func newRecentNames(now func() time.Time) *recentNames {
	return &recentNames{now: now, at: map[string]time.Time{}}
}

// add remembers a name. Once a minute it removes old ones.
func (l *recentNames) add(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if now.Sub(l.purged) > recentFor {
		maps.DeleteFunc(l.at, func(_ string, at time.Time) bool { return now.Sub(at) > recentFor })
		l.purged = now
	}
	l.at[name] = now
}

// has reports whether a name was added within the last minute and not dropped.
func (l *recentNames) has(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, known := l.at[name]
	return known && l.now().Sub(at) <= recentFor
}

// drop forgets a name.
func (l *recentNames) drop(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.at, name)
}
