package natsctx

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestEverythingWrittenIsPrivate walks over all that any operation leaves.
func TestEverythingWrittenIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no mode bits")
	}
	s := newStore(t, "a", "b")
	must(t, s.Select("a"))
	must(t, s.Select("b"))
	must(t, s.Update("a", func(c *Context) error { c.Description = "new"; return nil }))
	must(t, s.Copy("a", "c", nil))
	must(t, s.SetMark("a", func(m *Mark) { m.Protected = true }))
	must(t, s.Remove("c", false))
	must(t, filepath.WalkDir(s.Root(), func(path string, d os.DirEntry, err error) error {
		if err != nil || path == s.Root() {
			return err
		}
		info, err := d.Info()
		if want := map[bool]os.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
		return err
	}))
}

// TestLockIsWaitedForAndGivenUp holds the lock for less, and for longer, than a
// writer waits.
func TestLockIsWaitedForAndGivenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		must(t, err)
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	synctest.Test(t, func(t *testing.T) {
		held, waiting := open(), open()
		must(t, waitLock(held))
		start := time.Now()
		wantErr(t, waitLock(waiting), ErrLocked, "held for 10s")
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("gave up after %v", took)
		}
		time.AfterFunc(3*time.Second, func() { _ = held.Close() })
		start = time.Now()
		must(t, waitLock(waiting))
		if took := time.Since(start); took < 3*time.Second || took > 3*time.Second+2*lockRetry {
			t.Errorf("locked after %v", took)
		}
	})
}

// TestNothingIsWrittenWithoutTheLock tries every writer while the lock is held.
func TestNothingIsWrittenWithoutTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, "a", "b")
		must(t, s.Select("a"))
		must(t, s.Select("b"))
		before := tree(t, s.Root())
		must(t, s.locked(func() error {
			for name, write := range map[string]func() error{
				"create":   func() error { return s.Create(&Context{Name: "c"}) },
				"update":   func() error { return s.Update("a", func(c *Context) error { c.URL = "nats://x"; return nil }) },
				"copy":     func() error { return s.Copy("a", "d", nil) },
				"remove":   func() error { return s.Remove("a", true) },
				"select":   func() error { return s.Select("a") },
				"previous": func() error { _, err := s.SelectPrevious(); return err },
				"unselect": func() error { _, err := s.Unselect(); return err },
				"mark":     func() error { return s.SetMark("a", func(m *Mark) { m.Protected = true }) },
			} {
				if err := write(); err == nil || !strings.Contains(err.Error(), ErrLocked.Error()) {
					t.Errorf("%s: %v", name, err)
				}
			}
			return nil
		}))
		if after := tree(t, s.Root()); len(after) != len(before) {
			t.Errorf("%d files, %d before", len(after), len(before))
		}
		for path, was := range before {
			if now := tree(t, s.Root())[path]; now != was {
				t.Errorf("%s changed", path)
			}
		}
	})
}
