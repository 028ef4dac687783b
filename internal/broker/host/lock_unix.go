//go:build !windows

package host

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// tryLock acquires an exclusive lock on the file if it is free. The lock ends with the process, however that ends.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// unlock releases the lock at once: a child process that is being started also has the file open for a moment.
func unlock(f *os.File) {
	unix.Flock(int(f.Fd()), unix.LOCK_UN) //nolint:errcheck // closing the file is the other way
}
