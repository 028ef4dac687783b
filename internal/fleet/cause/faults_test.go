package cause_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet/cause"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// faults are faults that were made on super-clusters of two clusters with three
// servers each and a leaf node, and what must be named first.
var faults = []struct {
	name         string // of the recording
	rule, object string
	explains     string // a part of what follows from it; empty: nothing needs to
	also         string // rule and object of a second cause; empty: none is needed
}{
	{"blackhole", "server", "west-2", "1 gateway", ""},
	{"cluster-hangs", "server", "west-3", "other server", ""}, // the others cannot be asked, for the way leads through it
	{"cluster-killed", "cluster", "west", "the meta leader", ""},
	{"clusters-cut", "cluster", "west", "3 gateways", ""},
	{"consumer-stuck", "consumer", "shipping", "", ""},
	{"consumer-unread", "consumer", "invoices", "", ""},
	{"gateway-cut", "server", "west-3", "1 gateway", ""},
	{"hang-and-slow-client", "server", "west-3", "3 gateways", "client dash-feed"},
	{"leaf-cut", "server", "leaf", "", ""},
	{"leaf-hangs", "server", "leaf", "", ""},
	{"meta-leader-hangs", "server", "west-2", "the meta leader", ""},
	{"meta-quorum-lost", "cluster", "west", "the meta leader", "server east-3"},
	{"one-way", "server", "east-2", "5 health reports", ""},
	{"own-seat-cut-off", "seat", "east-3", "the meta leader", ""},
	{"route-cut", "cut", "east-1 - east-2", "", ""},
	{"server-hangs", "server", "west-3", "gateway", ""},
	{"server-isolated", "server", "east-3", "1 consumer", ""},
	{"server-killed", "server", "west-2", "1 stream", ""},
	{"server-restarted", "restart", "west-2", "", ""},
	{"slow-client", "client", "dash-feed", "", ""},
	{"storage-full", "resource", "west-1", "", ""},
	{"stream-full", "stream", "IMPORTS", "", ""},
	{"two-of-three-hang", "server", "east-3", "the meta leader", "server east-2"},
}

// TestRecordedFaults names the fault that was made first, with what follows from
// it, and every finding once.
func TestRecordedFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			before, now := fleettest.Fault(t, f.name)
			in := checks.Input{Before: before, Snapshot: now}
			results := checks.Run(in, checks.All())
			causes := cause.Diagnose(in, results)
			if len(causes) == 0 {
				t.Fatal("nothing is named")
			}
			c := causes[0]
			if f.rule == "restart" && !strings.HasPrefix(c.What, f.object+" started ") {
				t.Errorf("a start is told as %q", c.What)
			}
			if c.Rule != f.rule || !strings.HasPrefix(c.Object, f.object) || !strings.Contains(c.Explains(), f.explains) {
				t.Errorf("first is %s %q, which explains %q; want %s %s, which explains %q:\n%s", c.Rule, c.Object, c.Explains(), f.rule, f.object, f.explains, listed(causes))
			}
			if !strings.Contains(c.What, strings.Fields(f.object)[0]) || c.Why == "" || c.Next == "" {
				t.Errorf("it says %q, %q, %q", c.What, c.Why, c.Next)
			}
			if f.also != "" && !slices.ContainsFunc(causes, func(c cause.Cause) bool { return strings.HasPrefix(c.Rule+" "+c.Object, f.also) }) {
				t.Errorf("%s is not named:\n%s", f.also, listed(causes))
			}
			var found, folded []string
			for _, r := range results {
				for _, x := range r.Findings {
					found = append(found, x.Check+x.Object+x.Where+x.What)
				}
			}
			for _, c := range causes {
				for _, x := range c.Findings {
					folded = append(folded, x.Check+x.Object+x.Where+x.What)
				}
			}
			slices.Sort(found)
			slices.Sort(folded)
			if !slices.Equal(found, folded) {
				t.Errorf("of %d findings %d are in a cause", len(found), len(folded))
			}
		})
	}
}

// listed is a diagnosis in lines.
func listed(causes []cause.Cause) string {
	var b strings.Builder
	for _, c := range causes {
		fmt.Fprintf(&b, "%s %s %q: %s (%s)\n", c.Level, c.Rule, c.Object, c.What, c.Explains())
		for i, f := range c.Findings {
			fmt.Fprintf(&b, "    %v %s %s: %s\n", i < c.Own, f.Level, f.Check, f.What)
		}
	}
	return b.String()
}
