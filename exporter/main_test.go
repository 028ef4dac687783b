package exporter

import (
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind, and so neither does what it closes.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
