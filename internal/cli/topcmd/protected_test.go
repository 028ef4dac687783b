package topcmd

import (
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestProtectedContextRefusesTheDashboard lets the dashboard do nothing either.
func TestProtectedContextRefusesTheDashboard(t *testing.T) {
	for _, verb := range []string{"reload", "kick", "kick-clients", "lame-duck"} {
		done, err := fleetActions{protected: true}.Do(t.Context(), live.Action{Verb: verb, Server: "n1", ServerID: "NAAA", Conn: 7})
		if done != "" || err != cli.ErrProtected { //nolint:errorlint // the very error, without advice of its own
			t.Errorf("%s: %q, %v", verb, done, err)
		}
	}
}
