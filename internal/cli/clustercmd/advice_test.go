package clustercmd

import (
	"testing"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli/clitest"
)

// TestClusterExitCodes holds the exit codes of local clusters.
func TestClusterExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		errWhich:            2,
		errUnwell:           3,
		broker.ErrNoSpace:   1,
		broker.ErrData:      1,
		broker.ErrExpired:   1,
		&broker.SlotError{}: 1,
		broker.ErrPortInUse: 1,
		broker.ErrNoHome:    1,
		broker.ErrSpec:      2,
		broker.ErrNotReady:  1,
		broker.ErrProgram:   1,
		broker.ErrUser:      2,
		broker.ErrPush:      3,
		broker.ErrNotEmpty:  2,
		broker.ErrUnknown:   2,
		broker.ErrDown:      5,
		broker.ErrBusy:      1,
		broker.ErrNoLeader:  1,
		broker.ErrNoAck:     1,
		broker.ErrNode:      1,
		broker.ErrFault:     1,
	})
}
