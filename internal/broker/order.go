package broker

import (
	"errors"
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrUnconfirmed is wrapped by the error of a change that does harm and that nobody has confirmed; nothing was changed.
var ErrUnconfirmed = errors.New("not confirmed")

// Order is what a cluster of processes shall be.
type Order struct {
	Spec    spec.Spec
	Given   bool   // the Spec is the whole truth, also about a cluster that exists
	Slot    int    // of ports, -1 for a free one
	Program string // another nats-server, "" for the embedded one
	Retain  bool   // leave the files of a failed start
	// Contexts names the saved contexts that Ready makes, before anything starts. An error, such as a name that is
	// somebody else's, refuses the order. May be nil.
	Contexts func(Record) ([]string, error)
	// Ready is called when all runs, to make those contexts. An error undoes everything. May be nil.
	Ready func(Record) error
	// Amend returns what a cluster that exists is to be, from what it is; the Spec is that of a new one. Without it, and unless
	// Given, a cluster that exists is started as it is.
	Amend func(now spec.Spec) (spec.Spec, error)
	// Changes is told what will be different in a cluster that exists, before it is. Its error refuses the change: nothing has
	// been done then. May be nil, and then a change that does harm is refused with [ErrUnconfirmed].
	Changes func(Change) error
	// Report is told each step that is done. May be nil.
	Report func(Step)
}

func (o Order) report(s Step) {
	if o.Report != nil {
		o.Report(s)
	}
}

// review has a change confirmed.
func (o Order) review(c Change) error {
	switch {
	case o.Changes != nil:
		return o.Changes(c)
	case len(c.Harm) > 0:
		return fmt.Errorf("%w: %s", ErrUnconfirmed, strings.Join(c.Harm, "; "))
	}
	return nil
}

// wants is the specification that the order has for a cluster that is as now; false when it leaves it as it is.
func (o Order) wants(now spec.Spec) (spec.Spec, bool, error) {
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
