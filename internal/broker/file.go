package broker

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// replaceFiles writes files, by path with their text, for their owner only: all, or none where there is no room for all, and
// each as a whole or not at all, also when the program is killed on the way. It makes the directories that they are in.
func replaceFiles(files map[string]string) (err error) {
	staged := map[string]string{} // by path
	var made []string             // directories
	defer func() {
		if err == nil {
			return
		}
		for _, path := range slices.Sorted(maps.Keys(staged)) {
			err = errors.Join(err, os.Remove(staged[path]))
		}
		for _, dir := range made {
			os.Remove(dir) //nolint:errcheck // not empty: somebody else has a use for it
		}
	}()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, os.ErrNotExist) {
			made = append(made, filepath.Dir(path))
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fullOr(fmt.Errorf("make a directory: %w", err))
		}
		if staged[path], err = stage(path, files[path]); err != nil {
			delete(staged, path)
			return fullOr(fmt.Errorf("write %s: %w", path, bare(err)))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(staged)) {
		if err := os.Rename(staged[path], path); err != nil {
			return fmt.Errorf("write a file: %w", err)
		}
		delete(staged, path)
	}
	return nil
}

// stage writes a text into a new file beside a path and returns its name. A file that could not be written is removed.
func stage(path, text string) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}

// bare is an error of a file without its name, which for one that was being written is no name that a person knows.
func bare(err error) error {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
