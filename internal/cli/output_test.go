package cli

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

// TestInterruptEndsJQ ends filters that would never end by themselves.
func TestInterruptEndsJQ(t *testing.T) {
	for _, filter := range []string{"repeat(.)", "def f: f; f"} {
		interrupted := make(chan struct{})
		close(interrupted)
		e := &Env{Out: &bytes.Buffer{}, Flags: Globals{JQ: filter}, interrupted: interrupted}
		if err := e.PrintJSON(1, true); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", filter, err)
		}
	}
}
