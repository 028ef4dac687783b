//go:build !windows

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
)

// SyncDir makes renames and removals in a directory durable. A directory that
// this user may write to and not read is left to the operating system.
func SyncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the caller named it
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
