package live

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestClientName finds the name of a client in the words of an event.
func TestClientName(t *testing.T) {
	for who, want := range map[string]string{
		"billing, user app, cid 9, go 1.4": "billing", "user app, cid 9": "", "cid 9": "", "billing, cid 9": "billing", "billing": "billing",
	} {
		r := EventRow{Event: fleet.Event{Kind: fleet.EventConnect, Who: who, Time: time.Time{}}}
		if got := r.Client(); got != want {
			t.Errorf("%q: %q, want %q", who, got, want)
		}
	}
}
