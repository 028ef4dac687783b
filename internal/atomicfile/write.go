// Package atomicfile replaces files so that a reader, and a crash at any
// instant, sees the old content or the new one and never a part of it. It
// knows nothing of what the files hold. All functions are safe for concurrent
// use; of two writers of one path the last wins.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// mark stands in the names of temporary files: .NAME.natsctl-RANDOM, beside the
// file that they will become.
const mark = ".natsctl-"

// Write replaces the file at path, or makes it, with the given mode. Symbolic
// links are followed. What is there and is no regular file, such as a device
// or a named pipe, is written into and never replaced; a directory is an error.
func Write(path string, data []byte, mode fs.FileMode) error {
	path = follow(path)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeInto(path, data)
	}
	temp, err := stage(path, data, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return SyncDir(filepath.Dir(path))
}

// Sweep removes the temporary files that killed writers of path left behind.
// The caller makes sure that nobody is writing it now, for example by a lock.
func Sweep(path string) {
	dir, base := filepath.Split(follow(path))
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return // a write says why
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+base+mark) {
			_ = os.Remove(filepath.Join(dir, e.Name())) // what cannot be removed is in nobody's way
		}
	}
}

// follow returns where a symbolic link points; path itself when it is none.
func follow(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}

// stage writes data into a new temporary file beside path and returns its name.
func stage(path string, data []byte, mode fs.FileMode) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+mark+"*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = errors.Join(f.Chmod(mode), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// writeInto writes to a device or a pipe; a directory is an error.
func writeInto(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // the caller named it
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
