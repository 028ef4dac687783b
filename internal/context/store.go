package natsctx

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/atomicfile"
)

// Store is the directory of saved contexts, shared with the nats CLI:
//
//	<root>/nats/context/<name>.json   one context each, 0600
//	<root>/nats/context.txt           the selected name
//	<root>/nats/previous-context.txt  the one selected before
//	<root>/natsctl/contexts.json      marks of natsctl, which the nats CLI does not read
//
// Several processes and goroutines may use one store. Nothing is created
// before the first write.
type Store struct{ root string }

// Open returns the store under a configuration directory, see [ConfigHome]. A
// user without one, as in a container, has the store under "": it is empty, and
// writing to it is [ErrNoHome].
func Open(root string) *Store {
	if root != "" {
		root = filepath.Clean(root)
	}
	return &Store{root: root}
}

// Root is the configuration directory of the store.
func (s *Store) Root() string { return s.root }

// Path is the file of a context, whether or not it exists.
func (s *Store) Path(name string) string { return filepath.Join(s.contextDir(), name+".json") }

func (s *Store) contextDir() string { return filepath.Join(s.root, "nats", "context") }
func (s *Store) ownDir() string     { return filepath.Join(s.root, "natsctl") }

// Names lists the contexts, sorted. Empty files and names that cannot be loaded are
// left out, as in the nats CLI. A store that does not exist has none.
func (s *Store) Names() ([]string, error) {
	if s.root == "" {
		return nil, nil
	}
	entries, err := os.ReadDir(s.contextDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		name, isJSON := strings.CutSuffix(e.Name(), ".json")
		if !isJSON || e.IsDir() || CheckName(name) != nil {
			continue
		}
		if info, err := os.Stat(s.Path(name)); err != nil || info.IsDir() || info.Size() == 0 {
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names) // the directory is sorted with the extensions
	return names, err
}

// Load reads a context. A missing one is an [UnknownError], an
// unreadable one a [FileError] of kind [ErrCorrupt].
func (s *Store) Load(name string) (*Context, error) {
	if err := s.Known(name); err != nil {
		return nil, err
	}
	c, err := LoadFile(s.Path(name))
	if err != nil {
		return nil, err
	}
	c.Name = name
	return c, nil
}

// Known returns nil when a file exists for the name, and otherwise the error that
// [Store.Load] would return. It does not read the file.
func (s *Store) Known(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	_, err := os.Stat(s.Path(name))
	if s.root == "" || errors.Is(err, fs.ErrNotExist) {
		names, _ := s.Names() // only for a suggestion
		return &UnknownError{Name: name, Known: names}
	}
	return err
}

// Create saves a new context. A context of that name is [ErrExists].
func (s *Store) Create(c *Context) error {
	if err := CheckNewName(c.Name); err != nil {
		return err
	}
	return s.locked(func() error {
		if s.Known(c.Name) == nil {
			return fmt.Errorf("%w: %q", ErrExists, c.Name)
		}
		return s.write(c)
	})
}

// Update loads a context, lets fn change it and saves it, without other writers in
// between. An unchanged context is not written; if fn fails, nothing changes.
func (s *Store) Update(name string, fn func(*Context) error) error {
	return s.locked(func() error {
		c, err := s.Load(name)
		if err != nil {
			return err
		}
		if err := fn(c); err != nil {
			return err
		}
		c.Name = name
		return s.write(c)
	})
}

// write validates and saves. The caller holds the lock.
func (s *Store) write(c *Context) error {
	if err := c.Validate(); err != nil {
		return err
	}
	data, err := c.Encode()
	if err != nil {
		return err
	}
	path := s.Path(c.Name)
	old, info, err := readRegular(path, maxFile)
	if err == nil && bytes.Equal(old, data) && !accessOf(path, info).exposed() {
		return nil
	}
	c.Path = path
	return replace(path, data)
}

// Copy saves a context and its mark under a second name. The copy is identical byte
// for byte, except for what change does; change may be nil.
func (s *Store) Copy(from, to string, change func(*Settings) error) error {
	if err := CheckNewName(to); err != nil {
		return err
	}
	return s.locked(func() error {
		c, err := s.Load(from)
		if err != nil {
			return err
		}
		if s.Known(to) == nil {
			return fmt.Errorf("%w: %q", ErrExists, to)
		}
		data, err := os.ReadFile(c.Path)
		if err != nil {
			return err
		}
		before := c.Settings
		if change != nil {
			if err := change(&c.Settings); err != nil {
				return err
			}
		}
		if err := s.moveMark(from, to); err != nil {
			return err
		}
		if reflect.DeepEqual(before, c.Settings) {
			return replace(s.Path(to), data)
		}
		c.Name = to
		return s.write(c)
	})
}

// Remove deletes a context and its mark. The selected one is rejected with
// [ErrSelected] unless force is given, which also clears the selection, or
// unless it is the only one.
func (s *Store) Remove(name string, force bool) error {
	return s.locked(func() error {
		if err := s.Known(name); err != nil {
			return err
		}
		selected, err := s.Selected()
		if err != nil {
			return err
		}
		names, err := s.Names()
		if err != nil {
			return err
		}
		if selected == name {
			if !force && len(names) > 1 {
				return fmt.Errorf("%w: %q", ErrSelected, name)
			}
			if err := s.clear(selectedFile); err != nil {
				return err
			}
		}
		if err := os.Remove(s.Path(name)); err != nil {
			return err
		}
		return errors.Join(s.moveMark(name, ""), atomicfile.SyncDir(s.contextDir()))
	})
}
