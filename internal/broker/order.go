package broker

import "github.com/natsctl/natsctl/internal/broker/spec"

// Order is what a cluster of processes shall be.
type Order struct {
	Spec    spec.Spec
	Given   bool   // the Spec is to be had; otherwise an existing cluster of its name is started as it is
	Slot    int    // of ports, -1 for a free one
	Program string // another nats-server, "" for the embedded one
	Retain  bool   // leave the files of a failed start
	// Contexts names the saved contexts that Ready makes, before anything starts. An error, such as a name that is
	// somebody else's, refuses the order. May be nil.
	Contexts func(Record) ([]string, error)
	// Ready is called when all runs, to make those contexts. An error undoes everything. May be nil.
	Ready func(Record) error
	// Changes is told what will be different in a cluster that exists, see [Diff], before it is, and whether all its nodes
	// must stop for that when it runs. May be nil.
	Changes func(diff []string, whole bool)
	// Report is told each step that is done. May be nil.
	Report func(Step)
}

func (o Order) report(s Step) {
	if o.Report != nil {
		o.Report(s)
	}
}
