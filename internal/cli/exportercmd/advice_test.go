package exportercmd

import (
	"testing"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli/clitest"
)

// TestExporterExitCodes holds the exit codes of the exporter.
func TestExporterExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		errPartialScrape:          3,
		exporter.ErrOption:        2,
		exporter.ErrUnknownServer: 2,
		exporter.ErrNoContext:     2,
		exporter.ErrNotConnected:  5,
	})
}
