package natsctx

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/natsctl/natsctl/internal/atomicfile"
)

const (
	lockWait  = 10 * time.Second
	lockRetry = time.Millisecond
)

// replace writes a file of the store. The caller holds the lock, so an existing
// temporary file was left by a killed process, and is removed: it may hold secrets.
func replace(path string, data []byte) error {
	atomicfile.Sweep(path)
	return atomicfile.Write(path, data, 0o600)
}

// locked runs fn as the only natsctl process that writes to the store.
func (s *Store) locked(fn func() error) error {
	if s.root == "" {
		return ErrNoHome
	}
	for _, dir := range []string{s.contextDir(), s.ownDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(filepath.Join(s.ownDir(), "contexts.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // also unlocks, as does the end of the process
	if err := waitLock(f); err != nil {
		return err
	}
	return fn()
}

// waitLock takes the lock, or gives up with [ErrLocked] after lockWait.
func waitLock(f *os.File) error {
	retry := time.NewTicker(lockRetry)
	defer retry.Stop()
	giveUp := time.NewTimer(lockWait)
	defer giveUp.Stop()
	for {
		ok, err := tryLock(f)
		if ok || err != nil {
			return err
		}
		select {
		case <-retry.C:
		case <-giveUp.C:
			return fmt.Errorf("%w: %s was held for %s", ErrLocked, quotePath(f.Name()), lockWait)
		}
	}
}
