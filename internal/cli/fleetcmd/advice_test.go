package fleetcmd

import (
	"testing"

	"github.com/natsctl/natsctl/internal/cli/clitest"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// TestFleetExitCodes holds the exit codes of these commands.
func TestFleetExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		&offlineError{}:                3,
		errUnseen:                      3,
		errUnkicked:                    5,
		errUnfinished:                  5,
		errNoDrain:                     2,
		errDrain:                       1,
		errNoConnections:               1,
		errNoAccount:                   1,
		checkFailedError("x"):          6,
		checks.ErrUnknown:              2,
		checks.ErrLimit:                2,
		recording.ErrInvalid:           1,
		&recording.NotRecordedError{}:  1,
		&fleet.AmbiguousAccountError{}: 2,
		&fleet.AmbiguousUserError{}:    2,
	})
}
