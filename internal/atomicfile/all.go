package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// WriteAll writes several files, by path, readable by their owner only: all of
// them, or none when there is no room for all. Each is replaced as a whole. The
// directories that are missing are made, for their owner only, and removed
// again when the files could not be written.
func WriteAll(files map[string]string) (err error) {
	staged := map[string]string{} // temporary file by path
	var made []string
	defer func() {
		if err == nil {
			return
		}
		for _, path := range slices.Sorted(maps.Keys(staged)) {
			err = errors.Join(err, os.Remove(staged[path]))
		}
		for _, dir := range slices.Backward(made) {
			_ = os.Remove(dir) // not empty: somebody else uses it
		}
	}()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		more, err := makeDirs(filepath.Dir(path))
		if made = append(made, more...); err != nil {
			return fmt.Errorf("make a directory: %w", err)
		}
		temp, err := stage(path, []byte(files[path]), 0o600)
		if err != nil {
			return fmt.Errorf("write %s: %w", path, withoutName(err))
		}
		staged[path] = temp
	}
	for _, path := range slices.Sorted(maps.Keys(staged)) {
		if err := os.Rename(staged[path], path); err != nil {
			return fmt.Errorf("write a file: %w", err)
		}
		delete(staged, path)
	}
	return syncDirs(files)
}

// makeDirs makes a directory and those above it, and returns the ones that it
// made, the highest first.
func makeDirs(dir string) (made []string, err error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) || d == filepath.Dir(d) {
			break
		}
		made = append(made, d)
	}
	slices.Reverse(made)
	return made, os.MkdirAll(dir, 0o700)
}

// syncDirs makes the renames of files durable.
func syncDirs(files map[string]string) error {
	done := map[string]bool{}
	for path := range files {
		dir := filepath.Dir(path)
		if done[dir] {
			continue
		}
		done[dir] = true
		if err := SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// withoutName returns an error without the name of the file that it is about:
// that of a temporary file says nothing to anybody.
func withoutName(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
