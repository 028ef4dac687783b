package sys_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// TestExpect waits until as many servers as the caller expects have answered, one
// that is just starting too; those that do not come are missing.
func TestExpect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2")
		w.kill("e/n2")
		w.count(1)
		time.AfterFunc(3200*time.Millisecond, func() { w.Change(func() { w.nodes["e/n2"].Gone = false }) })
		s := snapshot(t, w.client(sys.WithExpect(2)), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
		if got := labels(s); !slices.Equal(got, []string{"e/n1", "e/n2"}) || !s.Complete() || s.Expected != 2 || seconds(s) != 4050*time.Millisecond {
			t.Errorf("%v, missing %v, problems %v after %v", got, absent(s), faults(s), seconds(s))
		}
		if v := s.Server("n2").Varz; v == nil || v.Port != 4001 {
			t.Errorf("VARZ of n2: %+v", v)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2", "w/w1")
		s := snapshot(t, w.client(sys.WithExpect(5), sys.WithTimeout(7*time.Second)), fleet.Want{})
		if got := absent(s); !slices.Equal(got, []string{"?/? late"}) || s.Expected != 5 || s.Absent() != 2 || seconds(s) != 7*time.Second {
			t.Errorf("missing %v, expected %d after %v", got, s.Expected, seconds(s))
		}
		for name, d := range s.Tallies[0].Duplicates {
			t.Errorf("%s answered twice: %d", name, d)
		}
	})
	synctest.Test(t, func(t *testing.T) { // fewer than there are changes nothing
		w := newWorld(t, "e/n1", "e/n2", "e/n3")
		if s := snapshot(t, w.client(sys.WithExpect(1)), fleet.Want{}); len(s.Servers) != 3 || !s.Complete() {
			t.Errorf("%v", labels(s))
		}
	})
}

// TestHowLongARoundTakes measures on a clock that only moves when all wait: who
// is abandoned, and when.
func TestHowLongARoundTakes(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		name   string
		opts   []sys.Option
		breaks func(*world)
		limit  time.Duration // of the caller's own; 0: none
		took   time.Duration
		want   []string // missing
		faults []string
	}{
		{name: "all are fast", breaks: func(*world) {}},
		{name: "the slowest answer is waited for", breaks: func(w *world) { w.nodes["e/n3"].Delay = 200 * ms }, took: 200 * ms},
		{name: "one hangs", breaks: func(w *world) { w.mute("e/n3") }, took: 50*ms + 250*ms, want: []string{"e/n3 silent"}},
		{name: "one is proven gone", breaks: func(w *world) { w.nodes["e/n3"].Gone = true }, took: 50 * ms, want: []string{"e/n3 gone"}},
		{
			name: "one hangs, and the others are slow", breaks: func(w *world) {
				w.nodes["e/n2"].Delay = 290 * ms
				w.mute("e/n3")
			}, took: 340*ms + 3*290*ms, want: []string{"e/n3 silent"},
		},
		{
			name: "one does not answer a second question", breaks: func(w *world) { w.nodes["e/n3"].Data["VARZ"] = stub.Answer(func(stub.Message) any { return nil }) },
			took: 50*ms + time.Second, faults: []string{"n3 VARZ late"},
		},
		{
			name: "an answer is lost", breaks: func(w *world) { w.nodes["e/n3"].Data["VARZ"] = onSecond(w.nodes["e/n3"].Data["VARZ"]) }, took: 50*ms + 250*ms,
		},
		{
			name: "nobody answers", opts: []sys.Option{sys.WithTimeout(7 * time.Second)}, breaks: func(w *world) { w.mute("e/n1", "e/n2", "e/n3") }, took: -1,
		},
		{
			name: "the caller has less time", limit: 40 * ms, breaks: func(w *world) { w.mute("e/n3") }, took: 40 * ms, want: []string{"?/? late"},
		},
		{
			name: "the timeout is shorter than the usual gap", opts: []sys.Option{sys.WithTimeout(100 * ms)}, breaks: func(w *world) { w.mute("e/n3") },
			took: 100 * ms, want: []string{"e/n3 late"},
		},
		{
			name: "a patient client waits longer", opts: []sys.Option{sys.WithPatience(2 * time.Second)}, breaks: func(w *world) { w.mute("e/n3") },
			took: 50*ms + 2*time.Second, want: []string{"e/n3 silent"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2", "e/n3")
				c := w.client(tc.opts...)
				tc.breaks(w)
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if tc.limit > 0 {
					ctx, cancel = context.WithTimeout(ctx, tc.limit)
				}
				defer cancel()
				began := time.Now()
				s, err := c.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
				if tc.took < 0 {
					var silent *sys.SilentError
					if !errors.As(err, &silent) || silent.After != 7*time.Second || time.Since(began) != 7*time.Second {
						t.Errorf("after %v: %v", time.Since(began), err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := seconds(s).Round(ms); got != tc.took || !slices.Equal(absent(s), tc.want) || !slices.Equal(faults(s), tc.faults) {
					t.Errorf("took %v, want %v; missing %v, problems %v", got, tc.took, absent(s), faults(s))
				}
			})
		})
	}
}
