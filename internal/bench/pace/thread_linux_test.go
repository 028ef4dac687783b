package pace

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func timerSlack(t *testing.T) int {
	t.Helper()
	n, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestLock makes the timers of the thread precise, and undoes it.
func TestLock(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := timerSlack(t)
	unlock := Lock()
	if n := timerSlack(t); n != int(time.Microsecond) {
		t.Errorf("timer slack %d ns", n)
	}
	if unlock(); timerSlack(t) != before {
		t.Errorf("timer slack %d ns, was %d ns", timerSlack(t), before)
	}
}

// TestWaitSleeps does not spin: one call takes most of the time.
func TestWaitSleeps(t *testing.T) {
	m := NewMonotonic(time.Now())
	for range 20 { // a signal may end a wait early
		began := m.Now()
		m.Wait(t.Context(), began+int64(time.Millisecond))
		if m.Now()-began > int64(900*time.Microsecond) {
			return
		}
	}
	t.Error("every wait of 1 ms ended early")
}
