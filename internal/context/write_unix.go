//go:build !windows

package natsctx

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// tryLock takes an exclusive lock on the file if no other process holds one.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return err == nil, err
}

// accessOf returns who may read and change a file.
func accessOf(path string, info fs.FileInfo) access {
	a := access{owner: os.Geteuid(), self: os.Geteuid(), mode: info.Mode().Perm()}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		a.owner = int(stat.Uid)
	}
	a.fixed = errors.Is(unix.Access(path, unix.W_OK), unix.EROFS)
	return a
}
