package topcmd

import (
	"testing"

	"github.com/natsctl/natsctl/internal/cli/clitest"
	"github.com/natsctl/natsctl/internal/tui"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestTopExitCodes holds the exit codes of the dashboard.
func TestTopExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		errNoTerminal: 2,
		tui.ErrConfig: 2,
		live.ErrPanic: 1,
		tui.ErrFormat: 2,
	})
}
