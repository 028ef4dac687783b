package checks

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestCheckThatCannotLook takes away, one after the other, each answer that a
// check needs: it is unknown, says which is not there, and finds nothing.
func TestCheckThatCannotLook(t *testing.T) {
	for _, c := range All() {
		for _, kind := range c.Needs {
			in := healthy()
			in.Snapshot.Want = WantFor(All())
			in.Snapshot.Want.Kinds = slices.DeleteFunc(in.Snapshot.Want.Kinds, func(k fleet.Kind) bool { return k == kind })
			got := examine(t, in, c.Name)
			if got.Level != fleet.Unknown || got.Skipped != "the snapshot does not hold "+string(kind) || len(got.Findings) > 0 || got.Objects != 0 {
				t.Errorf("%s without %s: %+v", c.Name, kind, got)
			}
			in = healthy()
			in.Snapshot.Problems = []fleet.Problem{
				{Server: "a", Kind: kind, Reason: fleet.Late},
				{Server: "b", Kind: kind, Reason: fleet.Late},
				{Server: "a", Kind: kind, Reason: fleet.Refused},
				{Server: "c", Kind: "OTHER", Reason: fleet.Late},
			}
			if got := examine(t, in, c.Name); !slices.Equal(got.Unanswered, []string{"a", "b"}) {
				t.Errorf("%s, where two did not tell %s: not heard %v", c.Name, kind, got.Unanswered)
			}
		}
		in := healthy()
		in.Before = nil
		if got := examine(t, in, c.Name); (got.Level == fleet.Unknown) != c.Rates || (got.Skipped == "needs two snapshots") != c.Rates {
			t.Errorf("%s of one snapshot: %+v", c.Name, got)
		}
	}
	if got := examine(t, Input{Snapshot: &fleet.Snapshot{Want: fleet.Want{Kinds: []fleet.Kind{"X"}}}}, "leafs"); got.Skipped != "the snapshot does not hold LEAFZ, VARZ" {
		t.Errorf("%q", got.Skipped)
	}
}

// TestWantFor asks for what each check needs, and for the assets of every
// replica where one needs them.
func TestWantFor(t *testing.T) {
	for _, c := range All() {
		w := WantFor([]*Check{c})
		if !slices.Equal(w.Kinds, c.Needs) {
			t.Errorf("%s: %v, needs %v", c.Name, w.Kinds, c.Needs)
		}
		js := fleet.JSWant{}
		if c.Asset {
			js = fleet.JSWant{Streams: true, Consumers: true, Raft: true, Groups: true, Config: true, AllReplicas: true}
		}
		if w.JS != js {
			t.Errorf("%s: %+v", c.Name, w.JS)
		}
	}
	for _, name := range []string{"streams", "consumers", "stream-limits"} {
		if c, _ := Select(name); !c[0].Asset {
			t.Errorf("%s looks at assets", name)
		}
	}
	for _, name := range []string{"slow-consumers", "stalled", "stale", "pending-rising"} {
		if c, _ := Select(name); !c[0].Rates {
			t.Errorf("%s compares", name)
		}
	}
	if w := WantFor(All()); len(w.Kinds) != len(slices.Compact(slices.Sorted(slices.Values(w.Kinds)))) {
		t.Errorf("%v", w.Kinds)
	}
}

// TestSelect finds checks by name, each once, in the order given.
func TestSelect(t *testing.T) {
	got, err := Select("raft", "cpu", "raft")
	if err != nil || len(got) != 2 || got[0].Name != "raft" || got[1].Name != "cpu" {
		t.Errorf("%v %v", got, err)
	}
	if _, err := Select("cpu", "nope"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), `"nope"`) {
		t.Errorf("%v", err)
	}
	if got, err := Select(); err != nil || len(got) != len(All()) {
		t.Errorf("%d %v", len(got), err)
	}
}

// TestRangeJudges compares judgement with what a limit means, for any limits
// and values: a worse value is never judged better.
func TestRangeJudges(t *testing.T) {
	limit := rapid.OneOf(rapid.Float64Range(-100, 100), rapid.Just(math.NaN()))
	rapid.Check(t, func(t *rapid.T) {
		r := Range{Warn: limit.Draw(t, "warn"), Crit: limit.Draw(t, "crit"), Below: rapid.Bool().Draw(t, "below")}
		v := rapid.OneOf(rapid.Float64Range(-120, 120), rapid.Just(r.Warn), rapid.Just(r.Crit)).Draw(t, "value")
		reached := func(limit float64) bool {
			return v == limit || (v < limit) == r.Below && v != limit && !math.IsNaN(limit)
		}
		level, passed := r.Judge(v)
		switch {
		case math.IsNaN(v):
			if level != fleet.OK {
				t.Fatalf("no value is %s", level)
			}
		case reached(r.Crit):
			if level != fleet.Crit || passed != r.Crit {
				t.Fatalf("%v of %+v is %s at %v", v, r, level, passed)
			}
		case reached(r.Warn):
			if level != fleet.Warn || passed != r.Warn {
				t.Fatalf("%v of %+v is %s at %v", v, r, level, passed)
			}
		case level != fleet.OK:
			t.Fatalf("%v of %+v is %s", v, r, level)
		}
	})
}

// TestLimitsReadBack sets every limit to what its own example says.
func TestLimitsReadBack(t *testing.T) {
	for _, l := range Limits() {
		r := Ranges{}
		if err := r.Set(" " + l.Name + " = " + l.example()); err != nil {
			t.Errorf("%s: %v", l.Name, err)
		}
		if diff := cmp.Diff(DefaultRange(l.Name), r[l.Name], cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })); diff != "" {
			t.Errorf("%s: %s", l.Name, diff)
		}
	}
	err := Ranges{}.Set("cpu_percent=1,x")
	if err == nil || !strings.HasSuffix(err.Error(), "as in cpu_percent=80,95") {
		t.Errorf("%v", err)
	}
	if err := (Ranges{}).Set("uptime_seconds=x"); err == nil || !strings.HasSuffix(err.Error(), "uptime_seconds=60,-") {
		t.Errorf("%v", err)
	}
	data, err := json.Marshal(Limit{Name: "n", About: "a", Warn: 1.5, Crit: never(), Below: true})
	if want := `{"name":"n","about":"a","warn":1.5,"crit":null,"below":true}`; err != nil || string(data) != want {
		t.Errorf("%s %v", data, err)
	}
	for name, unit := range map[string]string{"x_percent": "percent", "x_bytes": "bytes", "x_seconds": "seconds", "bytes": "count", "x_items": "count"} {
		if got := unitOf(name); got != unit {
			t.Errorf("%s is in %s", name, got)
		}
	}
}

// TestWorstFindingFirst orders findings by urgency: unknown stands between
// critical and a warning, and a result is as bad as its worst finding.
func TestWorstFindingFirst(t *testing.T) {
	levels := []fleet.Level{fleet.Info, fleet.Unknown, fleet.Warn, fleet.Crit, fleet.Warn}
	c := &Check{Name: "x", Why: "its why", Next: "its next", find: func(c *checkup) {
		for i, l := range levels {
			c.add(Finding{Level: l, Object: string(rune('a' + i))})
		}
		c.add(Finding{Level: fleet.Info, Object: "own", Why: "own why", Next: "own next"})
	}}
	got := Run(Input{Snapshot: &fleet.Snapshot{}}, []*Check{c})[0]
	order := ""
	for _, f := range got.Findings {
		order += f.Object + " "
		if own := f.Object == "own"; (f.Why == "own why") != own || (f.Next == "own next") != own || !own && (f.Why != "its why" || f.Next != "its next") || f.Check != "x" {
			t.Errorf("%+v", f)
		}
	}
	if order != "d b c e a own " || got.Level != fleet.Crit || got.Check != c || got.Name != "x" {
		t.Errorf("order %q, level %s", order, got.Level)
	}
}
