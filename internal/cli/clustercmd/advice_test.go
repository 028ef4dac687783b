package clustercmd

import (
	"testing"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/export"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli/clitest"
)

// TestClusterExitCodes holds the exit codes of local clusters.
func TestClusterExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		errWhich:              2,
		errUnhealthy:          3,
		host.ErrNoSpace:       1,
		broker.ErrData:        1,
		broker.ErrUnconfirmed: 2,
		client.ErrExpired:     1,
		&broker.SlotError{}:   1,
		broker.ErrPortInUse:   1,
		broker.ErrNoHome:      1,
		spec.ErrInvalid:       2,
		client.ErrNotReady:    1,
		broker.ErrProgram:     1,
		plan.ErrUser:          2,
		client.ErrPush:        3,
		export.ErrNotEmpty:    2,
		broker.ErrUnknown:     2,
		broker.ErrDown:        5,
		host.ErrBusy:          1,
		client.ErrNoLeader:    1,
		client.ErrNoAck:       1,
		broker.ErrNode:        1,
		link.ErrFault:         1,
	})
}
