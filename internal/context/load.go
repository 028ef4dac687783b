package natsctx

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
)

// LoadFile reads a context from any file. Its name is the base name without the extension.
func LoadFile(path string) (*Context, error) {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	data, info, err := readRegular(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &FileError{Kind: ErrMissing, Path: path, Err: err}
	}
	var c *Context
	if err == nil {
		c, err = Decode(name, data)
	}
	if err != nil {
		return nil, &FileError{Kind: ErrCorrupt, Path: path, Err: err}
	}
	c.Path, c.access = path, accessOf(path, info)
	return c, nil
}

// follows returns an [ErrForeign] when the references of the context must not be
// read, since others may have written its file.
func (c *Context) follows(key string) error {
	if why := c.access.foreign(); c.Path != "" && why != "" {
		return &FileError{Kind: ErrForeign, Path: c.Path, Key: key, Err: errors.New(why)}
	}
	return nil
}

// checkOwnFile rejects a context file that others can read if it holds a secret itself.
func (c *Context) checkOwnFile(stored Settings) error {
	if c.Path != "" && stored.holdsSecret() && c.access.exposed() {
		return &FileError{Kind: ErrExposed, Path: c.Path, Mode: c.access.mode}
	}
	return nil
}
