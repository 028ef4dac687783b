package live

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestEventRates publishes at odd moments, as a storm makes it: a rate is over
// a second at least, and a clock that is set back makes none absurd.
func TestEventRates(t *testing.T) {
	b, now := newEventStore(), time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	b.publish(now)
	most := 0.0
	for i := range 400 {
		b.add(fleet.Event{Kind: fleet.EventConnect})
		now = now.Add(10 * time.Millisecond)
		if i == 250 {
			now = now.Add(-time.Hour)
		}
		_, rates := b.publish(now)
		_, again := b.publish(now.Add(time.Microsecond)) // a state right after another
		if most = max(most, rates.PerSec[0]); again.PerSec[0] != rates.PerSec[0] {
			t.Fatalf("%f a second, and %f a microsecond later", rates.PerSec[0], again.PerSec[0])
		}
	}
	if most < 99 || most > 160 {
		t.Errorf("100 events a second are shown as %f at most", most)
	}
}
