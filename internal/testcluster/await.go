package testcluster

import (
	"errors"
	"testing"
	"time"
)

const (
	// patience is how long a condition may take on a busy machine before the
	// test fails.
	patience = 90 * time.Second
	// interval is the pause between two checks of a condition.
	interval = 10 * time.Millisecond
)

// Await checks a condition until it holds, and fails the test when that takes
// too long. what names the condition in the failure: "no leader in 1m30s".
func Await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	if err := attempt(func() error {
		if holds() {
			return nil
		}
		return errors.New("not yet")
	}); err != nil {
		t.Fatalf("no %s in %v", what, patience)
	}
}

// Retry calls try until it returns nil, and fails the test with its last
// error when that takes too long.
func Retry(t testing.TB, what string, try func() error) {
	t.Helper()
	if err := attempt(try); err != nil {
		t.Fatalf("no %s in %v: %v", what, patience, err)
	}
}

// attempt returns nil as soon as try does, and its last error after patience.
func attempt(try func() error) error {
	tick, deadline := time.NewTicker(interval), time.NewTimer(patience)
	defer tick.Stop()
	defer deadline.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			return err
		}
	}
}
