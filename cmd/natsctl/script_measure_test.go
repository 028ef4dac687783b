package main

import (
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"
)

// starved is what an open loop says of its run when other programs had the
// machine: the figures that a script compares are right all the same.
var starved = regexp.MustCompile(`saturated at .*/s of .*/s|of \d+ messages were sent in time|other programs used|did not run for|latency grew`)

// measure runs natsctl bench and takes a run that the machine was too busy for.
func measure(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: measure COMMAND...")
	}
	if err := ts.Exec("natsctl", append([]string{"bench"}, args...)...); err != nil && !starved.MatchString(ts.ReadFile("stderr")) {
		ts.Fatalf("natsctl bench %v: %v\n%s", args, err, ts.ReadFile("stderr"))
	}
}
