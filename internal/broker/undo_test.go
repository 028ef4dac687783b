//go:build !windows

package broker

import (
	"testing"
	"time"
)

// TestDisturb pauses and kills for a time: the supervisor mends what nobody did, at the time that it tells, and leaves alone what
// was healed and broken again since.
func TestDisturb(t *testing.T) {
	costly(t)
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("shaken", 2)})
	node := func() NodeStatus {
		s, err := h.Nodes(t.Context(), "shaken")
		if err != nil {
			t.Fatal(err)
		}
		return s.Nodes[1]
	}
	for action, phase := range map[string]Phase{"pause": Paused, "kill": Exited} {
		begun := time.Now()
		if err := h.Disturb(t.Context(), "shaken", "shaken-2", action, 2*time.Second); err != nil {
			t.Fatal(err)
		}
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for n := node(); n.Phase != Running; n = node() {
			if n.Phase == phase && (n.Until.Before(begun.Add(time.Second)) || n.Until.After(time.Now().Add(2*time.Second))) {
				t.Errorf("%s until %s, it is %s", action, n.Until, time.Now())
			}
			if time.Since(begun) > time.Minute {
				t.Fatalf("nobody ends the %s: %+v", action, n)
			}
			<-tick.C
		}
		if took := time.Since(begun); took < time.Second {
			t.Errorf("the %s lasted %s only", action, took)
		}
	}
	for _, do := range []string{"resume", "pause"} {
		if do == "resume" {
			if err := h.Disturb(t.Context(), "shaken", "shaken-2", "pause", time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Node(t.Context(), "shaken", "shaken-2", do, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	if n := node(); n.Phase != Paused || !n.Until.IsZero() {
		t.Errorf("a pause on purpose: %+v", n)
	}
	if err := h.Node(t.Context(), "shaken", "shaken-2", "resume", 0, 0); err != nil {
		t.Error(err)
	}
}
