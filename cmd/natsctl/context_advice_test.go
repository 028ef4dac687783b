package main

import (
	"testing"
)

// TestContextExitCodes holds the exit codes of these commands.
func TestContextExitCodes(t *testing.T) {
	checkExitCodes(t, contextCommandAdvices(), map[error]int{
		errEditor: 1,
	})
}
