package host

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock acquires an exclusive lock on the file if it is free. The lock ends with the process, however that ends.
func tryLock(f *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// unlock does nothing, closing the file releases the lock: on Windows no child process has it open.
func unlock(*os.File) {}
