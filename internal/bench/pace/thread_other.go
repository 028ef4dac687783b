//go:build !linux

package pace

import (
	"runtime"
	"time"
)

// Precise reports whether this system can sleep with a precision of some tens of
// microseconds. Here the last two milliseconds of a wait yield the processor
// instead, which costs CPU.
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
