package cli

import (
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// TestLoneSeatIsSaid says in an incomplete answer when the connected server alone
// answered, and only then.
func TestLoneSeatIsSaid(t *testing.T) {
	for name, want := range map[string]bool{"own-seat-cut-off": true, "clusters-cut": false, "server-killed": false} {
		_, now := fleettest.Fault(t, name)
		text := partialError{now}.Error()
		if got := strings.Contains(text, "only east-3 answered, the server that natsctl is connected to: it may be the one that is cut off"); got != want {
			t.Errorf("%s: said %t, want %t: %s", name, got, want, text)
		}
	}
}
