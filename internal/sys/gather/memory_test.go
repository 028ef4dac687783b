package gather

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestDrainingOutlivesAnOlderAnswer checks that an answer which a server gave
// before it announced lame duck mode, in a round that ended after it, does not
// make the announcement forgotten, and that a later answer does.
func TestDrainingOutlivesAnOlderAnswer(t *testing.T) {
	c := NewMemory()
	announced := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	c.Draining("NA", announced)
	answer := func(at time.Time) *fleet.Snapshot {
		return &fleet.Snapshot{Time: at, Servers: []*fleet.Server{{Info: server.ServerInfo{ID: "NA", Name: "n1", Time: at}}}}
	}
	c.Remember(answer(announced.Add(-time.Millisecond)))
	if g, _ := c.departure("NA"); !g.Drains {
		t.Error("an answer from before the announcement undid it")
	}
	c.Remember(answer(announced.Add(time.Second)))
	if g, _ := c.departure("NA"); g.Drains {
		t.Error("a server that answers again is still called draining")
	}
}
