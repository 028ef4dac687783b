package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrBusy is wrapped by the error of a change to a cluster that another process is changing.
var ErrBusy = errors.New("busy")

// Lock acquires the lock file at path and returns a function that releases it, or an error that wraps ErrBusy.
func Lock(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	ok, err := tryLock(f)
	if err == nil && (!ok || !isAt(f, path)) { // the previous holder may just have removed it
		err = fmt.Errorf("%w: %s is locked", ErrBusy, path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		unlock(f)
		f.Close() //nolint:errcheck // closing releases the lock, whatever it returns
	}, nil
}

// Pause is the interval at which something that changes soon is polled.
const Pause = 20 * time.Millisecond

// soon is how long WaitLock waits for the holder of a lock.
const soon = 10 * time.Second

// WaitLock is [Lock] for a file that is never locked for long: it waits until it is free.
func WaitLock(ctx context.Context, path string) (release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	tick := time.NewTicker(Pause)
	defer tick.Stop()
	for {
		if release, err = Lock(path); !errors.Is(err, ErrBusy) {
			return release, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-tick.C:
		}
	}
}

// isAt reports whether the open file is still the one at path.
func isAt(f *os.File, path string) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(here, there)
}

// Locked reports whether the lock file at path is locked.
func Locked(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // see lock
	ok, err := tryLock(f)
	if ok {
		unlock(f)
	}
	return err == nil && !ok
}
