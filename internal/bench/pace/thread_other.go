//go:build !linux

package pace

import (
	"runtime"
	"time"
)

// Precise reports whether this system has a sleeper that is good to some tens of
// microseconds. Here the last two milliseconds of a wait are spent yielding
// the processor instead, which costs CPU.
const Precise = false

// Lock ties the goroutine to its thread. The returned function undoes it.
func Lock() (unlock func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}

// sleep yields until d has passed.
func sleep(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		runtime.Gosched()
	}
}
