package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/atomicfile"
)

// ErrNoSpace is wrapped by the error of a cluster for which there is no room left to write.
var ErrNoSpace = errors.New("disk is full")

// leastSpace is what a disk must have left for a server to write anything: a few blocks.
const leastSpace = 32 << 10

// CheckSpace is an error that wraps [ErrNoSpace] when the disk of a directory is full.
func CheckSpace(dir string) error {
	free, err := freeSpace(dir)
	if err != nil || free >= leastSpace {
		return nil //nolint:nilerr // what is not known is no reason to give up
	}
	return fmt.Errorf("%w: %d bytes are left for %s", ErrNoSpace, free, dir)
}

// spacePause is the time between two looks at the disk.
const spacePause = 500 * time.Millisecond

// WatchSpace tells when the disk of a directory is full, until the context ends.
func WatchSpace(ctx context.Context, dir string, tell func(error)) {
	tick := time.NewTicker(spacePause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := CheckSpace(dir); err != nil {
				tell(err)
				return
			}
		}
	}
}

// WriteAll writes files, by path with their text, for their owner only: all, or none where there is no room for all. The error
// wraps [ErrNoSpace] then.
func WriteAll(files map[string]string) error { return WrapFull(atomicfile.WriteAll(files)) }

// WrapFull is the error itself, as one that wraps [ErrNoSpace] when a full disk is what it is about.
func WrapFull(err error) error {
	if OutOfSpace(err) {
		return fmt.Errorf("%w: %w", ErrNoSpace, err)
	}
	return err
}

// SpaceWords is how a server says that it could not write; Go has the words from the operating system.
func SpaceWords(words string) bool { return strings.Contains(words, errNoSpace.Error()) }
