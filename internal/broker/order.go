package broker

import (
	"errors"
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrUnconfirmed is wrapped by the error of a harmful change without confirmation; nothing was changed.
var ErrUnconfirmed = errors.New("not confirmed")

// Order describes the desired cluster of processes.
type Order struct {
	Spec    spec.Spec
	Given   bool   // the Spec is complete and replaces that of an existing cluster
	Slot    int    // range of ports, -1 for a free one
	Program string // another nats-server, "" for the embedded one
	Retain  bool   // keep the files of a failed start
	// Contexts returns the saved contexts that Ready creates, before anything starts. An error, such as a name that is
	// in use elsewhere, refuses the order. May be nil.
	Contexts func(Record) ([]string, error)
	// Ready is called when all nodes run, to create those contexts. An error undoes everything. May be nil.
	Ready func(Record) error
	// Amend returns what a cluster that exists is to be, from what it is; the Spec is that of a new one. Without it, and unless
	// Given, a cluster that exists is started as it is.
	Amend func(now spec.Spec) (spec.Spec, error)
	// Changes is called with the changes to an existing cluster before they are made. Its error refuses them: nothing has
	// been done then. May be nil, and then a change that does harm is refused with [ErrUnconfirmed].
	Changes func(Change) error
	// Report is called for each completed step. May be nil.
	Report func(Step)
}

func (o Order) report(s Step) {
	if o.Report != nil {
		o.Report(s)
	}
}

// confirm asks for confirmation of a change.
func (o Order) confirm(c Change) error {
	switch {
	case o.Changes != nil:
		return o.Changes(c)
	case len(c.Harm) > 0:
		return fmt.Errorf("%w: %s", ErrUnconfirmed, strings.Join(c.Harm, "; "))
	}
	return nil
}

// target returns the order's specification for a cluster that is as now; false if the order leaves it unchanged.
func (o Order) target(now spec.Spec) (spec.Spec, bool, error) {
	switch {
	case o.Given:
		return o.Spec, true, nil
	case o.Amend == nil:
		return now, false, nil
	}
	want, err := o.Amend(now)
	if err == nil {
		want, err = want.Complete()
	}
	return want, true, err
}
