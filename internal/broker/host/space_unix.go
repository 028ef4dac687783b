//go:build !windows

package host

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// errNoSpace is the operating system's error for a full disk.
const errNoSpace = unix.ENOSPC

// OutOfSpace reports whether an error means a full disk or an exceeded quota.
func OutOfSpace(err error) bool { return errors.Is(err, errNoSpace) || errors.Is(err, unix.EDQUOT) }

// freeSpace returns how many bytes this process can still write to the disk of a directory.
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
