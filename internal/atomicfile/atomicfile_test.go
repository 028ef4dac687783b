package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// content is the text of a file; the test fails where it cannot be read.
func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// unwritable makes a regular file, below which nothing can be written.
func unwritable(t *testing.T, path string) string {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(path, "below")
}

func noTemporaries(t *testing.T, dir string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestWriteReplaces(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		to, text string
		mode     os.FileMode
	}{{path, "one", 0o600}, {path, "", 0o644}, {link, "three", 0o640}} {
		if err := Write(c.to, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || content(t, path) != c.text || info.Mode() != c.mode && filepath.Separator == '/' {
			t.Errorf("%s: %q, %v, %v", c.to, content(t, path), info.Mode(), err)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	noTemporaries(t, dir)
}

func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	if err := os.MkdirAll(filepath.Join(target, "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"directory": target, "no directory": filepath.Join(dir, "none", "file"), "below a file": unwritable(t, filepath.Join(dir, "wall")),
	} {
		if err := Write(path, []byte("x"), 0o600); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	noTemporaries(t, dir)
}

// TestReadersSeeWholeFiles reads while two write: what is read is what one of them wrote.
func TestReadersSeeWholeFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	texts := []string{strings.Repeat("a", 1<<16), strings.Repeat("b", 1<<15)}
	if err := Write(path, []byte(texts[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, text := range texts {
		wg.Go(func() {
			for range 20 {
				if err := Write(path, []byte(text), 0o600); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 200 {
		if got := content(t, path); got != texts[0] && got != texts[1] {
			t.Fatalf("a part of a file: %d bytes", len(got))
		}
	}
	wg.Wait()
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	left, err := stage(path, []byte("secret"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	others := []string{filepath.Join(dir, ".other"+mark+"1"), path, filepath.Join(dir, ".file")}
	for _, o := range others {
		if err := os.WriteFile(o, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	Sweep(path)
	Sweep(filepath.Join(dir, "none", "file"))
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("a temporary file is left: %v", err)
	}
	for _, o := range others {
		if _, err := os.Stat(o); err != nil {
			t.Errorf("removed: %v", err)
		}
	}
}

func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{}
	for i := range 5 {
		files[filepath.Join(dir, fmt.Sprint(i%2), "deep", fmt.Sprint(i))] = fmt.Sprint("text ", i)
	}
	for range 2 {
		if err := WriteAll(files); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range files {
		if got := content(t, path); got != text {
			t.Errorf("%s: %q", path, got)
		}
		for p, mode := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700} {
			if info, err := os.Stat(p); err != nil || info.Mode().Perm() != mode && filepath.Separator == '/' {
				t.Errorf("%s: %v %v", p, info.Mode(), err)
			}
		}
		noTemporaries(t, filepath.Dir(path))
	}
	if err := WriteAll(nil); err != nil {
		t.Error(err)
	}
}

// TestWriteAllOrNone fails on the last of several files: the others stay as they were, and no directory is left.
func TestWriteAllOrNone(t *testing.T) {
	dir := t.TempDir()
	old, there := filepath.Join(dir, "a", "old"), filepath.Join(dir, "there", "file")
	if err := WriteAll(map[string]string{old: "1", there: "1"}); err != nil {
		t.Fatal(err)
	}
	below := unwritable(t, filepath.Join(dir, "wall"))
	err := WriteAll(map[string]string{old: "2", filepath.Join(dir, "b", "c", "new"): "2", filepath.Join(dir, "there", "new"): "2", below: "2"})
	if err == nil {
		t.Fatal("a file below a file")
	}
	if content(t, old) != "1" || content(t, there) != "1" {
		t.Error("a file was changed")
	}
	for path, want := range map[string]int{dir: 3, filepath.Dir(old): 1, filepath.Dir(there): 1} {
		if entries, err := os.ReadDir(path); err != nil || len(entries) != want {
			t.Errorf("%s: %v %v", path, entries, err)
		}
	}
	if strings.Contains(err.Error(), mark) {
		t.Errorf("the name of a temporary file in %v", err)
	}
}
