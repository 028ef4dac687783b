package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/natsctl/natsctl/internal/broker/host"
)

// TestFullDisk finds a disk full when less is left than a server needs to write anything, and not before.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size=256k"); err != nil {
		t.Skipf("a disk of its own needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	fill := filepath.Join(dir, "fill")
	for _, tt := range []struct {
		left int
		full bool
	}{{256 << 10, false}, {32 << 10, false}, {28 << 10, true}, {0, true}} {
		if err := os.WriteFile(fill, make([]byte, 256<<10-tt.left), 0o600); err != nil {
			t.Fatal(err)
		}
		err := host.CheckSpace(dir)
		if errors.Is(err, host.ErrNoSpace) != tt.full || (err == nil) == tt.full {
			t.Errorf("%d bytes are left: %v", tt.left, err)
		}
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			told := 0
			host.WatchSpace(ctx, dir, func(err error) {
				if told++; !errors.Is(err, host.ErrNoSpace) {
					t.Error(err)
				}
			})
			if (told == 1) != tt.full || tt.full && ctx.Err() != nil {
				t.Errorf("%d bytes are left: told %d times", tt.left, told)
			}
		})
	}
	if err := host.WriteAll(map[string]string{filepath.Join(dir, "a"): "some text"}); !errors.Is(err, host.ErrNoSpace) {
		t.Errorf("written on a full disk: %v", err)
	}
}

// TestOutOfSpace is an error of a full disk or of a quota, and no other.
func TestOutOfSpace(t *testing.T) {
	for err, want := range map[error]bool{
		unix.ENOSPC: true, unix.EDQUOT: true, fmt.Errorf("write: %w", unix.ENOSPC): true, unix.EACCES: false, nil: false,
	} {
		if host.OutOfSpace(err) != want || errors.Is(host.WrapFull(err), host.ErrNoSpace) != want || !errors.Is(host.WrapFull(err), err) {
			t.Errorf("%v: %v", err, host.WrapFull(err))
		}
	}
	if err := host.CheckSpace(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("what is left is not known, and called nothing: %v", err)
	}
}
