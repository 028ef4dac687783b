package pace

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Precise reports whether this system can sleep with a precision of some tens of
// microseconds.
const Precise = true

// slack is how late the kernel may fire our timers: prctl(2), PR_SET_TIMERSLACK.
const slack = time.Microsecond

// Lock ties the goroutine to its thread and gives that thread a timer slack of
// one microsecond (the default is 50). The returned function undoes both.
func Lock() (unlock func()) {
	runtime.LockOSThread()
	old, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil {
		return runtime.UnlockOSThread
	}
	// Best effort: without it the waits are 50 us coarser, which send lag shows.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(slack), 0, 0, 0)
	return func() {
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(old), 0, 0, 0)
		runtime.UnlockOSThread()
	}
}

// sleep blocks the thread in clock_nanosleep(2). A signal may end it early.
func sleep(d time.Duration) {
	ts := unix.NsecToTimespec(int64(d))
	_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &ts, nil)
}
