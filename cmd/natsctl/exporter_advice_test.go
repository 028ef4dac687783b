package main

import (
	"testing"

	"github.com/natsctl/natsctl/exporter"
)

// TestExporterExitCodes holds the exit codes of the exporter.
func TestExporterExitCodes(t *testing.T) {
	checkExitCodes(t, exporterAdvices(), map[error]int{
		errPartialScrape:         3,
		exporter.ErrOption:       2,
		exporter.ErrNoContext:    2,
		exporter.ErrNotConnected: 5,
	})
}
