package result

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// recorded is figures of real runs: rate, p50 and CPU per message.
type recorded struct {
	Same   [][3]float64 `json:"same"`   // one scenario, interleaved
	Base   [][3]float64 `json:"base"`   // the same again
	Slower [][3]float64 `json:"slower"` // interleaved with base, 14 % more CPU per message
}

func readRecorded(t testing.TB) recorded {
	t.Helper()
	b, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// resultOf makes a result of recorded figures.
func resultOf(figures [][3]float64) *Result {
	r := &Result{Spec: scenario.Spec{Workload: scenario.PubSub, Load: scenario.Load{Mode: scenario.Max}}}
	for _, f := range figures {
		r.Runs = append(r.Runs, Run{
			Rate: Rate{Received: f[0]}, Latency: Latency{Service: &Distribution{P50: f[1]}},
			Client: ClientUse{CPUNSPerMsg: f[2]}, Validity: Validity{Valid: true},
		})
	}
	return r
}

// alarms lists the metrics that changed.
func alarms(t testing.TB, a, b [][3]float64) (out []string) {
	t.Helper()
	c, err := Compare(resultOf(a), resultOf(b), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range c.Changes {
		if ch.Verdict != Same && ch.Verdict != Unclear {
			out = append(out, ch.Metric+" "+ch.Verdict)
		}
	}
	return out
}

// TestNoFalseAlarm makes 20 comparisons of 8 runs with 8 others of the same
// scenario as bench ab does: of 16 runs one after the other, every second
// belongs to the other side.
func TestNoFalseAlarm(t *testing.T) {
	all := readRecorded(t).Same
	for n := range 20 {
		var sides [2][][3]float64
		for i, f := range all[2*n : 2*n+16] {
			sides[i%2] = append(sides[i%2], f)
		}
		if found := alarms(t, sides[0], sides[1]); len(found) > 0 {
			t.Errorf("comparison %d: %v", n, found)
		}
	}
}

// TestFifteenPercentAreFound compares 8 runs with 8 slower ones, all of them
// recorded; the figure to look at is CPU per message.
func TestFifteenPercentAreFound(t *testing.T) {
	r := readRecorded(t)
	if found := alarms(t, r.Base[:8], r.Slower[:8]); !slices.Contains(found, "cpu worse") {
		t.Errorf("found %v", found)
	}
	if found := alarms(t, r.Slower[:8], r.Base[:8]); !slices.Contains(found, "cpu better") {
		t.Errorf("found %v", found)
	}
}

// BenchmarkCompare reports false alarms and finds as shares of 100 comparisons
// of 8 recorded runs with 8.
func BenchmarkCompare(b *testing.B) {
	r := readRecorded(b)
	rnd := rand.New(rand.NewPCG(2, 2))
	var n, alarmed, found float64
	for b.Loop() {
		for range 100 {
			rnd.Shuffle(len(r.Same), func(i, j int) { r.Same[i], r.Same[j] = r.Same[j], r.Same[i] })
			shuffle := func(f [][3]float64) [][3]float64 {
				f = slices.Clone(f)
				rnd.Shuffle(len(f), func(i, j int) { f[i], f[j] = f[j], f[i] })
				return f[:8]
			}
			n++
			if len(alarms(b, r.Same[:8], r.Same[8:16])) > 0 {
				alarmed++
			}
			if len(alarms(b, shuffle(r.Base), shuffle(r.Slower))) > 0 {
				found++
			}
		}
	}
	b.ReportMetric(alarmed/n, "false-alarms")
	b.ReportMetric(found/n, "found")
}

func TestCompareRefusesDifferentScenarios(t *testing.T) {
	a, b := &Result{SpecHash: "1"}, &Result{SpecHash: "2"}
	if _, err := Compare(a, b, nil, false); !errors.Is(err, ErrDifferent) {
		t.Errorf("got %v", err)
	}
	c, err := Compare(a, b, nil, true)
	if err != nil || c.Changes[0].Verdict != Missing {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestCompareWarnsOfOtherSurroundings(t *testing.T) {
	a, b := resultOf([][3]float64{{1, 1, 1}}), resultOf([][3]float64{{1, 1, 1}})
	env := func(driver, digest string) Env {
		return Env{Client: ClientEnv{Driver: driver}, Servers: []ServerEnv{{Name: "n1", Version: "2.15.2", ConfigDigest: digest}, {Name: "n2", Version: "2.15.2"}}}
	}
	for _, c := range []struct {
		a, b Env
		want []string
	}{
		{env("natsgo", ""), env("natsgo", "sha256:1"), nil}, // not known of a
		{env("natsgo", "sha256:1"), env("raw", "sha256:2"), []string{"driver: natsgo, then raw", "server n1: has another configuration"}},
	} {
		a.Env, b.Env = c.a, c.b
		got, err := Compare(a, b, nil, false)
		if err != nil || !slices.Equal(got.Warnings, c.want) {
			t.Errorf("warnings %q, %v, want %q", got.Warnings, err, c.want)
		}
	}
}

func TestFailOn(t *testing.T) {
	r := readRecorded(t)
	for text, failed := range map[string]int{"cpu>+5%": 1, "cpu>+50%": 0, "cpu<-5%": 0, "rate<-99%": 0} {
		f, err := ParseFailOn(text)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Compare(resultOf(r.Base[:8]), resultOf(r.Slower[:8]), f, false)
		if err != nil || len(c.Failed) != failed {
			t.Errorf("%s: %v, %v", text, c.Failed, err)
		}
	}
	f, _ := ParseFailOn("cpu>+5%")
	if c, _ := Compare(resultOf(r.Base[:3]), resultOf(r.Slower[:3]), f, false); len(c.Inconclusive) != 1 || !strings.Contains(c.Inconclusive[0], TooFew) {
		t.Errorf("a limit that too few runs cannot keep is kept: %v", c.Inconclusive)
	}
	if _, err := ParseFailOn("speed>+5%"); !errors.Is(err, scenario.ErrUnit) {
		t.Errorf("got %v", err)
	}
}
