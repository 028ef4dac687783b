package natsctx

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
)

// Mark is what natsctl stores about a context outside of the shared file, where the
// nats CLI would drop it. The zero value is no mark.
type Mark struct {
	Protected bool   `json:"protected,omitempty"` // actions need --force
	Color     string `json:"color,omitempty"`     // one of [Colors], "" for none
}

// colors are the terminal colors that mark a context.
var colors = []string{"red", "green", "yellow", "blue", "magenta", "cyan"}

// Colors returns the colors that a mark may have.
func Colors() []string { return append([]string(nil), colors...) }

// sidecar is the file of all marks.
type sidecar struct {
	Contexts map[string]Mark `json:"contexts"`
}

func (s *Store) sidecarPath() string { return filepath.Join(s.ownDir(), "contexts.json") }

// Mark returns the mark of a context. A sidecar that cannot be read is an
// error, since a protected context must not look unprotected.
func (s *Store) Mark(name string) (Mark, error) {
	all, err := s.marks()
	return all.Contexts[name], err
}

// Marks returns the marks of all contexts that have one.
func (s *Store) Marks() (map[string]Mark, error) {
	all, err := s.marks()
	return all.Contexts, err
}

// SetMark lets fn change the mark of a context that exists.
func (s *Store) SetMark(name string, fn func(*Mark)) error {
	return s.locked(func() error {
		if err := s.Known(name); err != nil {
			return err
		}
		all, err := s.marks()
		if err != nil {
			return err
		}
		m := all.Contexts[name]
		fn(&m)
		return s.writeMark(all, name, m)
	})
}

// moveMark copies the mark of one name to another, or drops it when to is
// empty. The caller holds the lock.
func (s *Store) moveMark(from, to string) error {
	all, err := s.marks()
	if err != nil {
		return err
	}
	if to == "" {
		return s.writeMark(all, from, Mark{})
	}
	return s.writeMark(all, to, all.Contexts[from])
}

func (s *Store) marks() (sidecar, error) {
	all := sidecar{Contexts: map[string]Mark{}}
	if s.root == "" {
		return all, nil
	}
	data, _, err := readRegular(s.sidecarPath(), maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		return all, &FileError{Kind: ErrCorrupt, Path: s.sidecarPath(), Err: err}
	}
	if all.Contexts == nil {
		all.Contexts = map[string]Mark{}
	}
	return all, nil
}

func (s *Store) writeMark(all sidecar, name string, m Mark) error {
	if all.Contexts[name] == m {
		return nil
	}
	all.Contexts[name] = m
	if m == (Mark{}) {
		delete(all.Contexts, name)
	}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return replace(s.sidecarPath(), append(data, '\n'))
}
