package natsctx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// readRegular reads a file that has to be a regular one, so that a FIFO cannot
// hang the reader, of at most limit bytes.
func readRegular(path string, limit int64) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, info, errors.New("not a regular file")
	}
	if info.Size() > limit {
		return nil, info, fmt.Errorf("larger than %d bytes", limit)
	}
	data, err := os.ReadFile(path)
	return data, info, err
}
