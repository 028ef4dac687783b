package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// OpenRecording opens a recording; the file stays open, since snapshots are read
// when they are shown. A pipe or a device is rejected: reading needs random
// access.
func OpenRecording(path string) (*os.File, *recording.Recording, error) {
	info, err := os.Stat(path)
	if err != nil {
		var failed *fs.PathError
		if errors.As(err, &failed) {
			failed.Op = "open" // the requested operation
		}
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: %w: not a regular file", path, recording.ErrInvalid)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	rec, err := recording.Open(file, info.Size())
	if err != nil {
		file.Close() //nolint:errcheck // read only
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, rec, nil
}

// Flaws describes the parts of a recording that could not be read.
func Flaws(path string, rec *recording.Recording) []string {
	var out []string
	if rec.Cut() {
		out = append(out, path+" ends in the middle of a line; everything before it was read")
	}
	if n := rec.Damaged(); n > 0 {
		out = append(out, fmt.Sprintf("%s is damaged in %s; the rest was read", path, Plural(n, "place")))
	}
	if n := rec.Bad(); n > 0 {
		out = append(out, fmt.Sprintf("%s: skipped %s of another version", path, Plural(n, "line")))
	}
	return out
}
