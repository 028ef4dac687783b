package broker

import (
	"errors"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// TestSuffer makes the troubles of a schedule inside this process: each is told, and nothing is left of them.
func TestSuffer(t *testing.T) {
	costly(t)
	t.Parallel()
	sp := spec.Nodes(2)
	sp.Faults = true
	c := begin(t, sp)
	troubles, err := NewChaos(ChaosPlan{Seed: 3, For: time.Second, Every: 200 * time.Millisecond, Kinds: []string{"latency", "blackhole", "partition", "drop"}}, c.Places())
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	if err := c.RunTroubles(t.Context(), troubles, func(Trouble) { told++ }); err != nil || told != 5 {
		t.Errorf("%d told: %v", told, err)
	}
	if left := c.Faults(); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := c.RunTroubles(t.Context(), []Trouble{{Kind: "kill", Node: "dev-1"}}, func(Trouble) {}); !errors.Is(err, link.ErrFault) {
		t.Errorf("got %v", err)
	}
}
