package natsctx

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	selectedFile = "context.txt"
	previousFile = "previous-context.txt"
)

// Selected returns the name of the selected context, "" when none is. The context
// may no longer exist; only loading it shows that.
func (s *Store) Selected() (string, error) { return s.readName(selectedFile) }

// Previous is the name that was selected before, "" when none was.
func (s *Store) Previous() (string, error) { return s.readName(previousFile) }

func (s *Store) readName(file string) (string, error) {
	if s.root == "" {
		return "", nil
	}
	data, _, err := readRegular(filepath.Join(s.root, "nats", file), 4096)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", &FileError{Kind: ErrCorrupt, Path: filepath.Join(s.root, "nats", file), Err: err}
	}
	return strings.TrimSpace(string(data)), nil
}

// Select makes a context the default when none is named. It must load. Selecting the
// selected one again does not change the previous one.
func (s *Store) Select(name string) error {
	return s.locked(func() error { return s.selectLocked(name) })
}

func (s *Store) selectLocked(name string) error {
	if _, err := s.Load(name); err != nil {
		return err
	}
	old, err := s.Selected()
	if err != nil || old == name {
		return err
	}
	if old != "" {
		if err := s.writeName(previousFile, old); err != nil {
			return err
		}
	}
	return s.writeName(selectedFile, name)
}

// SelectPrevious selects the context that was selected before and returns its
// name; calling it twice switches back. Without a previous one it is [ErrNoPrevious].
func (s *Store) SelectPrevious() (string, error) {
	name := ""
	err := s.locked(func() error {
		var err error
		if name, err = s.Previous(); err != nil {
			return err
		}
		if name == "" {
			return ErrNoPrevious
		}
		return s.selectLocked(name)
	})
	return name, err
}

// Unselect leaves no context selected and returns the name that was; the
// previous context becomes that one. It is [ErrNoSelection] when none was.
func (s *Store) Unselect() (string, error) {
	name := ""
	err := s.locked(func() error {
		var err error
		if name, err = s.Selected(); err != nil {
			return err
		}
		if name == "" {
			return ErrNoSelection
		}
		if err := s.writeName(previousFile, name); err != nil {
			return err
		}
		return s.clear(selectedFile)
	})
	return name, err
}

func (s *Store) writeName(file, name string) error {
	return replace(filepath.Join(s.root, "nats", file), []byte(name))
}

// clear removes a selection file, if it is there.
func (s *Store) clear(file string) error {
	err := os.Remove(filepath.Join(s.root, "nats", file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
