package natsctx

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// These variables make this test binary a process that writes to the store
// there: until it is killed, or so many times.
const (
	writerRoot  = "NATSCTX_TEST_WRITER"
	writerTimes = "NATSCTX_TEST_TIMES"
)

func TestMain(m *testing.M) {
	root := os.Getenv(writerRoot)
	if root == "" {
		m.Run()
		return
	}
	times, err := strconv.Atoi(os.Getenv(writerTimes))
	if err != nil {
		writeForever(Open(root))
	}
	for range times {
		if err := Open(root).Update("x", func(c *Context) error { c.Description += "."; return nil }); err != nil {
			panic(err)
		}
	}
}

// writeForever alternates between two contents of a size that takes several writes.
func writeForever(s *Store) {
	for i := 0; ; i++ {
		letter := string(rune('a' + i%2))
		err := s.Update("x", func(c *Context) error { c.Description = strings.Repeat(letter, 100_000); return nil })
		if err == nil {
			err = s.Select([]string{"x", "y"}[i%2])
		}
		if err != nil {
			panic(err)
		}
	}
}

// startWriter runs a process that writes until the test or stop kills it.
func startWriter(t *testing.T, s *Store) (stop func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerRoot+"="+s.Root())
	var said strings.Builder
	cmd.Stderr = &said
	must(t, cmd.Start())
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if said.Len() > 0 {
			t.Error(said.String())
		}
	})
	t.Cleanup(stop)
	return stop
}

// whole fails unless the store is as one of the writes left it.
func whole(t *testing.T, s *Store) {
	t.Helper()
	c, err := s.Load("x")
	must(t, err)
	if d := c.Description; d != "" && d != strings.Repeat(d[:1], 100_000) {
		t.Fatalf("a torn file, %d bytes", len(d))
	}
	selected, err := s.Selected()
	must(t, err)
	if selected != "" && selected != "x" && selected != "y" {
		t.Fatalf("a torn selection %q", selected)
	}
}

func TestKilledWriterLeavesTheOldOrTheNewFile(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes")
	}
	s := newStore(t, "x", "y")
	for range 10 {
		before := modified(t, s.Path("x"))
		kill := startWriter(t, s)
		testcluster.Await(t, "a write", func() bool { return modified(t, s.Path("x")) != before })
		for range rand.IntN(40) { // until some random later instant
			whole(t, s)
		}
		kill()
		whole(t, s)
	}
	must(t, s.Update("x", func(c *Context) error { c.Description = ""; return nil })) // the lock is free
	must(t, s.Select("x"))
	must(t, s.Select("y"))
	for _, dir := range []string{s.contextDir(), filepath.Join(s.Root(), "nats")} {
		left, err := filepath.Glob(filepath.Join(dir, ".x*.natsctl-*"))
		must(t, err)
		if len(left) > 0 {
			t.Errorf("a later write left %v", left)
		}
	}
}

func TestWritingProcessesLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	const processes, times = 3, 15
	s := newStore(t, "x")
	var wg sync.WaitGroup
	for range processes {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), writerRoot+"="+s.Root(), writerTimes+"="+strconv.Itoa(times))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	c, err := s.Load("x")
	must(t, err)
	if len(c.Description) != processes*times {
		t.Errorf("%d of %d updates are there", len(c.Description), processes*times)
	}
}

func modified(t *testing.T, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.ModTime()
}
