package broker

import (
	"fmt"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// logger is the log of an embedded server. It keeps the first fatal message, at which nats-server would exit, and the last error;
// everything else is dropped. It is safe for concurrent use.
type logger struct {
	mu      sync.Mutex
	dead    bool
	fatal   chan string // the first fatal message
	lastErr string
}

var _ server.Logger = (*logger)(nil)

func newLogger() *logger { return &logger{fatal: make(chan string, 1)} }

// Fatalf keeps the first message and, unlike the logger of nats-server, returns.
func (l *logger) Fatalf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead {
		l.dead = true
		l.fatal <- fmt.Sprintf(format, args...)
	}
}

// Errorf keeps the last message.
func (l *logger) Errorf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastErr = fmt.Sprintf(format, args...)
}

// Noticef drops the message.
func (l *logger) Noticef(string, ...any) {}

// Warnf drops the message.
func (l *logger) Warnf(string, ...any) {}

// Debugf drops the message.
func (l *logger) Debugf(string, ...any) {}

// Tracef drops the message.
func (l *logger) Tracef(string, ...any) {}
