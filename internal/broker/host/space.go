package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/atomicfile"
)

// ErrNoSpace is wrapped by the error of a cluster whose disk is full.
var ErrNoSpace = errors.New("disk is full")

// leastSpace is the free space that a server needs to write anything: a few blocks.
const leastSpace = 32 << 10

// CheckSpace returns an error that wraps [ErrNoSpace] when the disk of a directory is full.
func CheckSpace(dir string) error {
	free, err := freeSpace(dir)
	if err != nil || free >= leastSpace {
		return nil //nolint:nilerr // unknown free space is not an error
	}
	return fmt.Errorf("%w: %d bytes are left for %s", ErrNoSpace, free, dir)
}

// spacePause is the interval at which free space is checked.
const spacePause = 500 * time.Millisecond

// WatchSpace calls full once when the disk of a directory is full, unless the context ends first.
func WatchSpace(ctx context.Context, dir string, full func(error)) {
	tick := time.NewTicker(spacePause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := CheckSpace(dir); err != nil {
				full(err)
				return
			}
		}
	}
}

// WriteAll writes files, given by path and text, readable by their owner only: all, or none if there is no space for all. The error
// wraps [ErrNoSpace] then.
func WriteAll(files map[string]string) error { return WrapFull(atomicfile.WriteAll(files)) }

// WrapFull returns the error, wrapped in [ErrNoSpace] if it is about a full disk.
func WrapFull(err error) error {
	if OutOfSpace(err) {
		return fmt.Errorf("%w: %w", ErrNoSpace, err)
	}
	return err
}

// SpaceWords is the text of a server's error about a full disk; Go takes it from the operating system.
func SpaceWords(words string) bool { return strings.Contains(words, errNoSpace.Error()) }
