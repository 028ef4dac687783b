package act

import (
	"testing"

	"github.com/natsctl/natsctl/internal/cli/clitest"
)

// TestActExitCodes holds the exit codes of actions.
func TestActExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		ErrBlocked:   1,
		ErrNoTrigger: 2,
	})
}
