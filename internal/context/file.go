package natsctx

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// readRegular reads a regular file, so that a FIFO cannot block the reader, of at
// most limit bytes. The file information is of the file that was read, even if
// another file replaces it.
func readRegular(path string, limit int64) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, info, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, info, err
	}
	defer func() { _ = f.Close() }() // it was only read
	if info, err = f.Stat(); err != nil {
		return nil, nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, info, fmt.Errorf("larger than %d bytes", limit)
	}
	return data, info, err
}

// access describes who may read and change a file. The zero value is a file that
// only the user of this process may read or change.
type access struct {
	owner, self int         // user ids; equal where the system has none
	mode        fs.FileMode // permission bits
	fixed       bool        // nothing on its file system can be changed
}

// exposed reports whether others may read or change a secret file, and its reader
// could prevent that.
func (a access) exposed() bool { return a.owner == a.self && !a.fixed && a.mode&0o077 != 0 }

// shared reports whether everybody may read or change the file and this user cannot
// prevent that. An orchestrator mounts secrets with another owner and a mode that
// the reader cannot choose.
func (a access) shared() bool { return !a.exposed() && a.mode&0o007 != 0 }

// foreign returns why the contents of a file may come from a user other than this
// one or root; "" for a file that can be trusted.
func (a access) foreign() string {
	switch {
	case a.owner != a.self && a.owner != 0:
		return fmt.Sprintf("it belongs to another user (uid %d)", a.owner)
	case a.mode&0o022 != 0 && !a.fixed:
		return fmt.Sprintf("its mode %04o lets others write to it", a.mode)
	}
	return ""
}
