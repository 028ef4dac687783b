package broker

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

// noRoom is an error that wraps [ErrNoSpace] when the disk of a directory is full.
func noRoom(dir string) error {
	free, err := freeSpace(dir)
	if err != nil || free >= leastSpace {
		return nil //nolint:nilerr // what is not known is no reason to give up
	}
	return fmt.Errorf("%w: %d bytes are left for %s", ErrNoSpace, free, dir)
}

// spacePause is the time between two looks at the disk.
const spacePause = 500 * time.Millisecond

// watchSpace tells when the disk of a directory is full, until the context ends.
func watchSpace(ctx context.Context, dir string, tell func(error)) {
	tick := time.NewTicker(spacePause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := noRoom(dir); err != nil {
				tell(err)
				return
			}
		}
	}
}

// writeAll writes files, by path with their text, for their owner only: all, or none where there is no room for all. The error
// wraps [ErrNoSpace] then.
func writeAll(files map[string]string) error { return fullOr(atomicfile.WriteAll(files)) }

// fullOr is the error itself, as one that wraps [ErrNoSpace] when a full disk is what it is about.
func fullOr(err error) error {
	if outOfSpace(err) {
		return fmt.Errorf("%w: %w", ErrNoSpace, err)
	}
	return err
}

// spaceWords is how a server says that it could not write; Go has the words from the operating system.
func spaceWords(words string) bool { return strings.Contains(words, errNoSpace.Error()) }
