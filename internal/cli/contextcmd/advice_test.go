package contextcmd

import (
	"testing"

	"github.com/natsctl/natsctl/internal/cli/clitest"
)

// TestContextExitCodes holds the exit codes of these commands.
func TestContextExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		errEditor: 1,
	})
}
