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
	data, _, err := readRegular(path, maxFile)
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
	c.Path = path
	return c, nil
}
