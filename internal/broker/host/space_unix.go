//go:build !windows

package host

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// errNoSpace is what the operating system says when a disk is full.
const errNoSpace = unix.ENOSPC

// OutOfSpace says whether an error is that of a full disk, or of a used-up quota.
func OutOfSpace(err error) bool { return errors.Is(err, errNoSpace) || errors.Is(err, unix.EDQUOT) }

// freeSpace is how many bytes this process can still write where a directory is.
func freeSpace(dir string) (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	blocks := uint64(fs.Bavail) //nolint:unconvert // signed on some systems
	if os.Geteuid() == 0 {
		blocks = fs.Bfree
	}
	return blocks * uint64(fs.Bsize), nil //nolint:gosec,unconvert // never negative
}
