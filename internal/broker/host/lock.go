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

// Lock takes the lock file at path and returns what releases it, or an error that wraps ErrBusy.
func Lock(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	ok, err := tryLock(f)
	if err == nil && (!ok || !isAt(f, path)) { // who held it may have removed it just now
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

// Pause is the time between two looks at something that changes soon.
const Pause = 20 * time.Millisecond

// soon is how long who holds a lock for a moment may take.
const soon = 10 * time.Second

// WaitLock is lock of a file that nobody holds for long: it waits for it.
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

// isAt says whether the open file is still the one at path.
func isAt(f *os.File, path string) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(here, there)
}

// Locked says whether somebody holds the lock file at path.
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
