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

// message is one line from a supervisor to the process that started it.
type message struct {
	Step  *Step       `json:"step,omitempty"`
	Ready bool        `json:"ready,omitempty"` // all nodes run; the supervisor waits for wordKeep
	Kept  bool        `json:"kept,omitempty"`  // wordKeep was received; the caller need not wait any longer
	Error *errorValue `json:"error,omitempty"`
}

// send writes a message; a missing reader is not an error here, the supervisor detects that elsewhere.
func send(w io.Writer, m message) {
	line, err := json.Marshal(m)
	if err != nil {
		return
	}
	w.Write(append(line, '\n')) //nolint:errcheck // see above
}

// reporter returns hooks that send messages.
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

// errorValue is an error in a message between two processes.
type errorValue struct {
	Text  string   `json:"text"`
	Kinds []string `json:"kinds,omitempty"` // names of the sentinels that it wraps
}

// sentinels are the errors that keep their identity between processes.
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

// remoteError is an error from another process.
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

// Error returns the text of the other process.
func (e *remoteError) Error() string { return e.text }

// Unwrap returns the sentinels that the error wrapped.
func (e *remoteError) Unwrap() []error { return e.kinds }

// messages reads the messages of a supervisor until it is ready, has kept the cluster, or exits.
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

// Step is one completed step of a start or a change.
type Step struct {
	Text string        // "start 9 servers"
	Took time.Duration // how long
}

// hooks are called as a start progresses.
type hooks struct {
	step  func(Step)
	ready func() // all nodes run; the supervisor waits for wordKeep
	kept  func() // wordKeep was received
}
