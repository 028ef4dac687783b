package wire

import (
	"errors"
	"regexp"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys/failure"
)

// denials passes the subjects that the server denied, which nats.go reports
// outside any request, to the rounds that requested them.
type denials struct {
	mu        sync.Mutex
	listeners map[chan *failure.PermissionError]struct{}
}

func newDenials() *denials {
	return &denials{listeners: map[chan *failure.PermissionError]struct{}{}}
}

// listen returns a channel of denials and the function that stops it.
func (d *denials) listen() (ch chan *failure.PermissionError, stop func()) {
	ch = make(chan *failure.PermissionError, 16)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.listeners[ch] = struct{}{}
	return ch, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.listeners, ch)
	}
}

// observe checks an error of the connection for a denial.
func (d *denials) observe(err error) {
	p := parseDenial(err)
	if p == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for ch := range d.listeners {
		select {
		case ch <- p:
		default: // the round already has enough to report
		}
	}
}

var deniedSubject = regexp.MustCompile(`(?i)permissions violation for (publish|subscription) to "([^"]+)"`)

// parseDenial parses the server's error about a denied subject; nil for any
// other error.
func parseDenial(err error) *failure.PermissionError {
	if !errors.Is(err, nats.ErrPermissionViolation) {
		return nil
	}
	m := deniedSubject.FindStringSubmatch(err.Error())
	if m == nil {
		return &failure.PermissionError{}
	}
	return &failure.PermissionError{Subject: m[2], Subscribe: strings.EqualFold(m[1], "subscription")}
}
