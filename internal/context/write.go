package natsctx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	tempMark  = ".natsctl-" // in the names of our temporary files, which nothing lists as contexts
	lockWait  = 10 * time.Second
	lockRetry = time.Millisecond
)

// replace writes a file so that a reader, and a crash at any instant, sees the
// old bytes or the new ones: temporary file, fsync, rename, fsync of the
// directory. It is not google/renameio because that has nothing for Windows
// and leaves the directory unsynced. A symbolic link keeps pointing where it
// points. The caller holds the lock, so a temporary file that is already there
// was left by a killed process and goes.
func replace(path string, data []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	dir, base := filepath.Split(path)
	sweep(dir, "."+base+tempMark)
	f, err := os.CreateTemp(dir, "."+base+tempMark+"*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // there is nothing to remove after the rename
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// sweep removes what a killed writer of the same file left behind; it holds secrets.
func sweep(dir, prefix string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // the write itself will say why
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
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
	defer func() { _ = f.Close() }() // which also unlocks, as does the end of the process
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
