package broker

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReplaceFilesAllOrNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, wall := filepath.Join(dir, "a", "old"), filepath.Join(dir, "wall")
	if err := replaceFiles(map[string]string{old: "1", wall: ""}); err != nil {
		t.Fatal(err)
	}
	err := replaceFiles(map[string]string{old: "2", filepath.Join(dir, "b", "new"): "2", filepath.Join(wall, "x"): "2"})
	if err == nil {
		t.Fatal("a file below a file")
	}
	if text := must(os.ReadFile(old)); string(text) != "1" {
		t.Errorf("old has %q", text)
	}
	if entries := must(os.ReadDir(dir)); len(entries) != 2 {
		t.Errorf("left over: %v", entries)
	}
	if entries := must(os.ReadDir(filepath.Dir(old))); len(entries) != 1 {
		t.Errorf("left over: %v", entries)
	}
	info := must(os.Stat(old))
	if info.Mode().Perm() != 0o600 && filepath.Separator == '/' {
		t.Errorf("mode %v", info.Mode())
	}
}
