package checks

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/natsctl/natsctl/internal/fleet"
)

// told is a finding in one line: level, object, where, what, and what was
// measured.
func told(f Finding) string {
	line := fmt.Sprintf("%s|%s|%s|%s", f.Level, f.Object, f.Where, f.What)
	if f.Unit != "" {
		line += fmt.Sprintf("|%.4g %s, limit %.4g", f.Value, f.Unit, f.Limit)
	}
	return line
}

func first(in *Input) *fleet.Server { return in.Snapshot.Servers[0] }

// findingCase is a spoiled fleet and what a check must say of it.
type findingCase struct {
	check, name string
	objects     int
	spoil       func(in *Input)
	want        []string
}

func findingCases() []findingCase {
	return slices.Concat(serverCases(), loadCases(), linkCases(), metaCases(), streamCases(), consumerCases(), storageCases(), raftCases(), securityCases(), sharingCases(), settingCases(), realityConsumerCases(), realityStreamCases(), gatewayCases(), remoteCases(), addressCases())
}

func (c findingCase) expect(t *testing.T, how string, got Result) {
	t.Helper()
	var lines []string
	for _, f := range got.Findings {
		lines = append(lines, told(f))
		if f.What == "" || f.Why == "" || f.Next == "" || f.Object == "" || f.Check != c.check {
			t.Errorf("%sunfinished: %+v", how, f)
		}
	}
	want := c.want
	if how != "" {
		want, lines = unplaced(want), unplaced(lines)
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("%sfindings: %s", how, diff)
	}
	if got.Objects != c.objects {
		t.Errorf("%s%d objects, want %d", how, got.Objects, c.objects)
	}
}

// unplaced is findings without what follows from the order of the servers: that
// of the findings of one level, and who told what several know.
func unplaced(lines []string) []string {
	var out []string
	for _, line := range lines {
		parts := strings.SplitN(line, "|", 4)
		out = append(out, parts[0]+"|"+parts[1]+"|"+parts[3])
	}
	slices.Sort(out)
	return out
}

// turnRound reverses the order in which a snapshot lists things.
func turnRound(s *fleet.Snapshot) {
	slices.Reverse(s.Servers)
	for _, sv := range s.Servers {
		if sv.Connz != nil {
			slices.Reverse(sv.Connz.Conns)
		}
		if sv.Jsz == nil {
			continue
		}
		for _, acc := range sv.Jsz.AccountDetails {
			slices.Reverse(acc.Streams)
			for i := range acc.Streams {
				slices.Reverse(acc.Streams[i].Consumer)
			}
		}
	}
}

// TestEveryCheckHasAFault looks for a case of each check that finds something,
// and shows each check a healthy fleet, where it finds nothing.
func TestEveryCheckHasAFault(t *testing.T) {
	faults := map[string]int{}
	for _, c := range findingCases() {
		faults[c.check] += len(c.want)
	}
	for _, c := range All() {
		if faults[c.Name] == 0 {
			t.Errorf("%s: no case finds anything", c.Name)
		}
		if got := examine(t, healthy(), c.Name); got.Level != fleet.OK || got.Skipped != "" {
			t.Errorf("a healthy fleet: %+v", got)
		}
	}
}

// TestFindings tells, check by check, every finding in whole: how bad, of what,
// where, in which words, and how many objects were looked at. The fixtures give
// every name a value of its own.
// The order in which servers, connections and consumers stand changes nothing:
// one that is passed over ends no loop.
func TestFindings(t *testing.T) {
	for _, c := range findingCases() {
		t.Run(c.check+": "+c.name, func(t *testing.T) {
			in := healthy()
			c.spoil(&in)
			c.expect(t, "", examine(t, in, c.check))
			turnRound(in.Snapshot)
			c.expect(t, "in the other order, ", examine(t, in, c.check))
		})
	}
}
