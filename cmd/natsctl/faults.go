package main

import (
	"sync"

	"github.com/nats-io/nats.go"
)

// faults keeps what a server reported asynchronously, such as a permission
// violation, so that a request that then times out can say why.
type faults struct {
	mu   sync.Mutex
	last error
	next []func(*nats.Conn, *nats.Subscription, error)
}

func newFaults() *faults { return &faults{} }

// handle is a [nats.ErrHandler].
func (f *faults) handle(nc *nats.Conn, sub *nats.Subscription, err error) {
	f.mu.Lock()
	f.last = err
	next := f.next
	f.mu.Unlock()
	for _, h := range next {
		h(nc, sub, err)
	}
}

// forward adds a handler that hears every later fault.
func (f *faults) forward(h func(*nats.Conn, *nats.Subscription, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next = append(f.next, h)
}

// lastError returns the most recent fault, or nil.
func (f *faults) lastError() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}
