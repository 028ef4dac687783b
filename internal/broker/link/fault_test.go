package link

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestFaultWords is the text of each fault.
func TestFaultWords(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Fault{
		"partition a | b":              {Kind: Partition, A: "a", B: "b"},
		"partition a > b":              {Kind: Partition, A: "a", B: "b", OneWay: true},
		"blackhole a | all others":     {Kind: Blackhole, A: "a"},
		"latency a | b 35ms":           {Kind: Latency, A: "a", B: "b", Delay: 35 * time.Millisecond},
		"latency a > b 1s + up to 5ms": {Kind: Latency, A: "a", B: "b", OneWay: true, Delay: time.Second, Jitter: 5 * time.Millisecond},
		"bandwidth a | b 1024 B/s":     {Kind: Bandwidth, A: "a", B: "b", Rate: 1024},
		"drop a | all others":          {Kind: Drop, A: "a", Delay: time.Second, Rate: 7},
		"partition dev-1 > all others": {Kind: Partition, A: "dev-1", OneWay: true, Jitter: time.Second},
	} {
		if got := f.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestFaultsChecked refuses what makes no sense.
func TestFaultsChecked(t *testing.T) {
	t.Parallel()
	for f, ok := range map[Fault]bool{
		{Kind: Partition, A: "a"}: true, {Kind: Blackhole, A: "a", B: "b"}: true, {Kind: Drop, A: "a"}: true,
		{Kind: Latency, A: "a", Delay: 1}: true, {Kind: Latency, A: "a"}: false, {Kind: Latency, A: "a", Delay: -1}: false, {Kind: Latency, A: "a", Jitter: 1}: false,
		{Kind: Bandwidth, A: "a", Rate: 1}: true, {Kind: Bandwidth, A: "a"}: false, {Kind: Bandwidth, A: "a", Rate: -1}: false,
		{Kind: "", A: "a"}: false, {Kind: "fire", A: "a"}: false, {Kind: Partition, A: "a", B: "a"}: false, {Kind: Partition}: false,
	} {
		if err := f.Check(); (err == nil) != ok || err != nil && !errors.Is(err, ErrFault) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// TestEffects is what each fault does to the direction from A to B, and to the one back.
func TestEffects(t *testing.T) {
	t.Parallel()
	second := time.Second
	for _, c := range []struct {
		f           Fault
		there, back effect
	}{
		{Fault{Kind: Partition}, effect{cut: true}, effect{cut: true}},
		{Fault{Kind: Partition, OneWay: true}, effect{hold: true}, effect{}},
		{Fault{Kind: Blackhole}, effect{hold: true}, effect{hold: true}},
		{Fault{Kind: Blackhole, OneWay: true}, effect{hold: true}, effect{}},
		{Fault{Kind: Latency, Delay: second, Jitter: 3}, effect{delay: second, jitter: 3}, effect{delay: second, jitter: 3}},
		{Fault{Kind: Latency, Delay: second, OneWay: true}, effect{delay: second}, effect{}},
		{Fault{Kind: Bandwidth, Rate: 9}, effect{rate: 9}, effect{rate: 9}},
		{Fault{Kind: Drop}, effect{}, effect{}},
	} {
		if there, back := (effect{}).add(c.f, false), (effect{}).add(c.f, true); there != c.there || back != c.back {
			t.Errorf("%s: %+v and back %+v", c.f, there, back)
		}
	}
}

// TestEffectsAddUp puts faults on one direction in any order: the result is the same, times add up and the least rate counts.
func TestEffectsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		faults := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Fault {
			return Fault{
				Kind: rapid.SampledFrom([]FaultKind{Partition, Blackhole, Latency, Bandwidth, Drop}).Draw(t, "kind"), OneWay: rapid.Bool().Draw(t, "one way"),
				Delay: time.Duration(rapid.IntRange(1, 9).Draw(t, "delay")), Jitter: time.Duration(rapid.IntRange(0, 9).Draw(t, "jitter")), Rate: int64(rapid.IntRange(1, 9).Draw(t, "rate")),
			}
		})).Draw(t, "faults")
		back := rapid.Bool().Draw(t, "back")
		sum := func(all []Fault) (e effect) {
			for _, f := range all {
				e = e.add(f, back)
			}
			return e
		}
		var want effect
		for _, f := range faults {
			if f.OneWay && back {
				continue
			}
			switch f.Kind {
			case Partition:
				want.cut, want.hold = want.cut || !f.OneWay, want.hold || f.OneWay
			case Blackhole:
				want.hold = true
			case Latency:
				want.delay, want.jitter = want.delay+f.Delay, want.jitter+f.Jitter
			case Bandwidth:
				if want.rate == 0 {
					want.rate = f.Rate
				}
				want.rate = min(want.rate, f.Rate)
			}
		}
		turned := slices.Clone(faults)
		slices.Reverse(turned)
		if got := sum(faults); got != want || sum(turned) != want {
			t.Fatalf("got %+v, turned around %+v, want %+v", got, sum(turned), want)
		}
	})
}
