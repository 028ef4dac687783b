package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// OpenRecording opens a recording; the file stays open, since snapshots are read
// from it when they are shown. A pipe or a device is none: it is read here and
// there.
func OpenRecording(path string) (*os.File, *recording.Recording, error) {
	info, err := os.Stat(path)
	if err != nil {
		var failed *fs.PathError
		if errors.As(err, &failed) {
			failed.Op = "open" // which is what was asked for
		}
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: %w: it is no regular file", path, recording.ErrInvalid)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	rec, err := recording.Open(file, info.Size())
	if err != nil {
		file.Close() //nolint:errcheck // it was only read
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, rec, nil
}

// Flaws say what of a recording could not be read.
func Flaws(path string, rec *recording.Recording) []string {
	var out []string
	if rec.Cut() {
		out = append(out, path+" ends in the middle of a line; everything before that is there")
	}
	if n := rec.Damaged(); n > 0 {
		out = append(out, fmt.Sprintf("%s is damaged in %s; what could be read before, between and after is there", path, Plural(n, "place")))
	}
	if n := rec.Bad(); n > 0 {
		out = append(out, fmt.Sprintf("%s: %s not of this version, passed over", path, Plural(n, "line")))
	}
	return out
}
