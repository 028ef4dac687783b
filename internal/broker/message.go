package broker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// message is one line from a supervisor to the process that ordered it.
type message struct {
	Step  *Step       `json:"step,omitempty"`
	Ready bool        `json:"ready,omitempty"` // all runs; the word to keep it is awaited
	Kept  bool        `json:"kept,omitempty"`  // that word has come, nobody need wait any longer
	Error *errorValue `json:"error,omitempty"`
}

// send writes a message; nobody listening is no error, the supervisor learns that in other ways.
func send(w io.Writer, m message) {
	line, err := json.Marshal(m)
	if err != nil {
		return
	}
	w.Write(append(line, '\n')) //nolint:errcheck // see above
}

// reporter sends what the hooks are told.
func reporter(out io.Writer) hooks {
	var mu sync.Mutex
	tell := func(m message) {
		mu.Lock()
		defer mu.Unlock()
		send(out, m)
	}
	return hooks{
		step:  func(s Step) { tell(message{Step: &s}) },
		ready: func() { tell(message{Ready: true}) },
		kept:  func() { tell(message{Kept: true}) },
	}
}

// errorValue is an error on its way between two processes.
type errorValue struct {
	Text  string   `json:"text"`
	Kinds []string `json:"kinds,omitempty"` // of the sentinels that it wraps
}

// sentinels are the errors that keep their identity on the way.
func sentinels() map[string]error {
	return map[string]error{
		"spec": spec.ErrInvalid, "port": ErrPortInUse, "not-ready": client.ErrNotReady, "node": ErrNode, "fault": link.ErrFault, "space": host.ErrNoSpace, "expired": client.ErrExpired, "data": ErrData,
		"busy": host.ErrBusy, "unknown": ErrUnknown, "user": plan.ErrUser, "push": client.ErrPush, "program": ErrProgram,
	}
}

func encodeError(err error) *errorValue {
	if !errors.Is(err, host.ErrNoSpace) {
		err = host.WrapFull(err)
	}
	v := &errorValue{Text: err.Error()}
	for kind, s := range sentinels() {
		if errors.Is(err, s) {
			v.Kinds = append(v.Kinds, kind)
		}
	}
	return v
}

// remoteError is an error of another process.
type remoteError struct {
	text  string
	kinds []error
}

func (v *errorValue) decode() error {
	all, e := sentinels(), &remoteError{text: v.Text}
	for _, kind := range v.Kinds {
		if err := all[kind]; err != nil {
			e.kinds = append(e.kinds, err)
		}
	}
	return e
}

// Error is what the other process said.
func (e *remoteError) Error() string { return e.text }

// Unwrap is the sentinels of this package that the error wrapped.
func (e *remoteError) Unwrap() []error { return e.kinds }

// messages reads what a supervisor says until it is ready, until it has kept the cluster, or until it ends.
func messages(dec *json.Decoder, report func(Step), until func(message) bool) error {
	for {
		var m message
		if err := dec.Decode(&m); err != nil {
			return fmt.Errorf("%w: the supervisor exited without reporting a result: %w", client.ErrNotReady, err)
		}
		switch {
		case m.Error != nil:
			return m.Error.decode()
		case m.Step != nil:
			report(*m.Step)
		case until(m):
			return nil
		}
	}
}

// Step is one thing that was done on the way to a running cluster.
type Step struct {
	Text string        // "start 9 servers"
	Took time.Duration // how long
}

// hooks are told how far a start is.
type hooks struct {
	step  func(Step)
	ready func() // all runs; the word to keep it is awaited
	kept  func() // that word has come
}
