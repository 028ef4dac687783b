package main

import (
	"testing"
)

// TestActExitCodes holds the exit codes of actions.
func TestActExitCodes(t *testing.T) {
	checkExitCodes(t, actAdvices(), map[error]int{
		errBlocked:   1,
		errNoTrigger: 2,
	})
}
