package natsctx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// newStore gives a store with contexts of these names.
func newStore(t *testing.T, names ...string) *Store {
	t.Helper()
	s := Open(t.TempDir())
	for _, name := range names {
		must(t, s.Create(&Context{Name: name, Settings: Settings{URL: "nats://" + name + ".example.net:4222"}}))
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantErr fails unless err is of the kind and says the words.
func wantErr(t *testing.T, err, kind error, words string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), words) {
		t.Errorf("got error %v, want %v with %q", err, kind, words)
	}
}

// tree returns every file below a directory with its mode and content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = fmt.Sprintf("%s %s %s", info.Mode(), info.ModTime(), data)
		return err
	}))
	return files
}

func TestCreateWritesWhatTheNatsCLIWould(t *testing.T) {
	s := newStore(t, "prod")
	path := filepath.Join(s.Root(), "nats", "context", "prod.json")
	for p, mode := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Join(s.Root(), "natsctl"): 0o700} {
		info, err := os.Stat(p)
		must(t, err)
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v", p, info.Mode())
		}
	}
	wantErr(t, s.Create(&Context{Name: "prod"}), ErrExists, `"prod"`)
	wantErr(t, s.Create(&Context{Name: "../x"}), ErrBadName, "..")
	wantErr(t, s.Create(&Context{Name: "x", Settings: Settings{URL: "http://x"}}), ErrInvalid, "scheme")
}

func TestNamesSkipsWhatCannotBeLoaded(t *testing.T) {
	s := newStore(t, "b", "a-b", "a")
	dir := filepath.Join(s.Root(), "nats", "context")
	must(t, os.Mkdir(filepath.Join(dir, "dir.json"), 0o700))
	for _, name := range []string{"empty.json", "x..y.json", "other.txt", ".a.json.natsctl-1"} {
		content := "{}"
		if name == "empty.json" {
			content = ""
		}
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	names, err := s.Names()
	must(t, err)
	if diff := cmp.Diff([]string{"a", "a-b", "b"}, names); diff != "" {
		t.Error(diff)
	}
	none, err := Open(filepath.Join(t.TempDir(), "missing")).Names()
	if len(none) != 0 || err != nil {
		t.Error(none, err)
	}
}

func TestUpdateKeepsUnknownKeysAndDoesNotTouchAnUnchangedFile(t *testing.T) {
	s := newStore(t, "x")
	must(t, os.WriteFile(s.Path("x"), readFixture(t, "unknown.json"), 0o600))
	before := tree(t, s.Root())
	must(t, s.Update("x", func(*Context) error { return nil }))
	wantErr(t, s.Update("x", func(*Context) error { return ErrLocked }), ErrLocked, "")
	if diff := cmp.Diff(before, tree(t, s.Root())); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
	must(t, s.Update("x", func(c *Context) error { c.Description = "new"; return nil }))
	data, err := os.ReadFile(s.Path("x"))
	must(t, err)
	want := strings.Replace(string(readFixture(t, "unknown.json")), `"description": ""`, `"description": "new"`, 1)
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
	must(t, s.Copy("x", "y", nil))
	copied, err := os.ReadFile(s.Path("y"))
	must(t, err)
	if string(copied) != want {
		t.Error("the copy is not the same")
	}
}

func TestUpdateWritesThroughASymbolicLink(t *testing.T) {
	s := newStore(t, "x")
	real := filepath.Join(t.TempDir(), "dotfiles.json")
	must(t, os.Rename(s.Path("x"), real))
	must(t, os.Symlink(real, s.Path("x")))
	must(t, s.Update("x", func(c *Context) error { c.Description = "new"; return nil }))
	c, err := LoadFile(real)
	must(t, err)
	if info, err := os.Lstat(s.Path("x")); c.Description != "new" || err != nil || info.Mode().IsRegular() {
		t.Errorf("%q %v %v", c.Description, info.Mode(), err)
	}
}

func TestReadingWritesNothing(t *testing.T) {
	s := newStore(t, "prod", "broken")
	must(t, s.Select("prod"))
	must(t, os.WriteFile(s.Path("broken"), []byte("{"), 0o600))
	before := tree(t, s.Root())
	for _, name := range []string{"prdo", "broken", "../etc", "prod"} {
		_, _ = s.Load(name)
		_, _ = Resolve(s, Overrides{Context: name}, noEnv)
		_, _ = Resolve(s, Overrides{}, envOf("NATS_CONTEXT", name))
	}
	_, _ = s.Names()
	_, _ = s.Selected()
	_, _ = s.Mark("prod")
	if diff := cmp.Diff(before, tree(t, s.Root())); diff != "" {
		t.Errorf("a read wrote:\n%s", diff)
	}
}

func TestLoadErrors(t *testing.T) {
	s := newStore(t, "prod")
	_, err := s.Load("prdo")
	wantErr(t, err, ErrUnknown, `"prdo"`)
	var unknown *UnknownError
	if errors.As(err, &unknown); len(unknown.Known) != 1 || unknown.Known[0] != "prod" {
		t.Errorf("known %q", unknown.Known)
	}
	must(t, os.WriteFile(s.Path("broken"), []byte(`{"url": `), 0o600))
	_, err = s.Load("broken")
	wantErr(t, err, ErrCorrupt, s.Path("broken"))
	must(t, os.WriteFile(s.Path("big"), make([]byte, maxFile+1), 0o600))
	_, err = s.Load("big")
	wantErr(t, err, ErrCorrupt, "larger than")
	must(t, os.Mkdir(s.Path("dir"), 0o700))
	_, err = s.Load("dir")
	wantErr(t, err, ErrCorrupt, "not a regular file")
}

func TestSelection(t *testing.T) {
	s := newStore(t, "a", "b", "c")
	check := func(selected, previous string) {
		t.Helper()
		gotS, err := s.Selected()
		must(t, err)
		gotP, err := s.Previous()
		must(t, err)
		if gotS != selected || gotP != previous {
			t.Errorf("selected %q previous %q, want %q and %q", gotS, gotP, selected, previous)
		}
	}
	_, err := s.SelectPrevious()
	wantErr(t, err, ErrNoPrevious, "")
	_, err = s.Unselect()
	wantErr(t, err, ErrNoSelection, "")
	must(t, s.Select("a"))
	check("a", "")
	must(t, s.Select("b"))
	must(t, s.Select("b")) // the nats CLI would make b its own predecessor
	check("b", "a")
	for _, want := range []string{"a", "b", "a"} {
		got, err := s.SelectPrevious()
		must(t, err)
		if got != want {
			t.Errorf("previous selected %q, want %q", got, want)
		}
	}
	check("a", "b")
	wantErr(t, s.Select("d"), ErrUnknown, `"d"`)
	check("a", "b")
	name, err := s.Unselect()
	must(t, err)
	if name != "a" {
		t.Errorf("unselected %q", name)
	}
	check("", "a")
	must(t, os.WriteFile(filepath.Join(s.Root(), "nats", "context.txt"), []byte("  c\n"), 0o600))
	check("c", "a")
}

func TestRemove(t *testing.T) {
	s := newStore(t, "a", "b")
	must(t, s.Select("a"))
	must(t, s.SetMark("a", func(m *Mark) { m.Protected = true }))
	wantErr(t, s.Remove("x", false), ErrUnknown, "")
	wantErr(t, s.Remove("a", false), ErrSelected, `"a"`)
	must(t, s.Remove("a", true))
	selected, err := s.Selected()
	must(t, err)
	mark, err := s.Mark("a")
	must(t, err)
	if selected != "" || mark.Protected {
		t.Errorf("selected %q mark %v", selected, mark)
	}
	must(t, s.Select("b"))
	must(t, s.Remove("b", false)) // the last one
	if names, err := s.Names(); len(names) != 0 || err != nil {
		t.Error(names, err)
	}
}

func TestTwoWritersLoseNothing(t *testing.T) {
	s := newStore(t, "x")
	const writers, rounds = 8, 10
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range rounds {
				if err := Open(s.Root()).Update("x", func(c *Context) error { c.Description += "."; return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	c, err := s.Load("x")
	must(t, err)
	if len(c.Description) != writers*rounds {
		t.Errorf("%d of %d updates are there", len(c.Description), writers*rounds)
	}
}

func TestWithoutAHomeThereIsAnEmptyStore(t *testing.T) {
	s := Open("")
	names, err := s.Names()
	must(t, err)
	if len(names) != 0 {
		t.Error(names)
	}
	wantErr(t, s.Create(&Context{Name: "x"}), ErrNoHome, "")
	_, err = s.Load("x")
	wantErr(t, err, ErrUnknown, "")
	if target, err := Resolve(s, Overrides{Settings: Settings{URL: "nats://a"}}, noEnv); err != nil || target.URL != "nats://a" {
		t.Error(target, err)
	}
}

// TestCopyRefusesAndChanges keeps what is there, and saves what was changed.
func TestCopyRefusesAndChanges(t *testing.T) {
	s := newStore(t, "a", "b")
	wantErr(t, s.Copy("a", "b", nil), ErrExists, `"b"`)
	wantErr(t, s.Copy("x", "y", nil), ErrUnknown, `"x"`)
	wantErr(t, s.Copy("a", "-y", nil), ErrBadName, "-y")
	wantErr(t, s.Copy("a", "y", func(*Settings) error { return ErrChanged }), ErrChanged, "")
	wantErr(t, s.Copy("a", "y", func(set *Settings) error { set.URL = "ftp://x"; return nil }), ErrInvalid, "scheme")
	if names, err := s.Names(); err != nil || fmt.Sprint(names) != "[a b]" {
		t.Error(names, err)
	}
	must(t, s.Copy("a", "y", func(set *Settings) error { set.User = "bob"; return nil }))
	a, err := s.Load("a")
	must(t, err)
	y, err := s.Load("y")
	must(t, err)
	if a.User != "" || y.User != "bob" || y.URL != a.URL || y.Name != "y" {
		t.Errorf("%v and %v", a, y)
	}
}

// TestUpdateRefusesWhatIsInvalid and leaves the file as it was.
func TestUpdateRefusesWhatIsInvalid(t *testing.T) {
	s := newStore(t, "a")
	before := tree(t, s.Root())
	wantErr(t, s.Update("a", func(c *Context) error { c.Password = "p"; return nil }), ErrInvalid, "password")
	wantErr(t, s.Update("x", func(*Context) error { return nil }), ErrUnknown, "")
	must(t, s.Update("a", func(c *Context) error { c.Name = "b"; return nil })) // the file decides
	if diff := cmp.Diff(before, tree(t, s.Root())); diff != "" {
		t.Error(diff)
	}
}

// TestRemoveClearsTheSelectionOnlyOfItsOwn, and needs no force for the last one.
func TestRemoveClearsTheSelectionOnlyOfItsOwn(t *testing.T) {
	s := newStore(t, "a", "b")
	must(t, s.Select("a"))
	must(t, s.Remove("b", false))
	if name, err := s.Selected(); name != "a" || err != nil {
		t.Error(name, err)
	}
	if _, err := os.Stat(s.Path("b")); err == nil {
		t.Error("b is still there")
	}
	must(t, s.Remove("a", false))
	if name, err := s.Selected(); name != "" || err != nil {
		t.Error(name, err)
	}
}

func TestConfigHome(t *testing.T) {
	if dir, err := ConfigHome(envOf("XDG_CONFIG_HOME", "/x")); dir != "/x" || err != nil {
		t.Error(dir, err)
	}
	home, err := homeDir()
	must(t, err)
	if dir, err := ConfigHome(envOf("HOME", "/elsewhere")); dir != filepath.Join(home, ".config") || err != nil {
		t.Error(dir, err)
	}
	if got := Open("/x/../y/").Root(); got != filepath.Clean("/y") {
		t.Error(got)
	}
}

// TestSelectionFilesAreBounded refuses a selection that nothing could have written.
func TestSelectionFilesAreBounded(t *testing.T) {
	s := newStore(t, "a")
	must(t, os.WriteFile(filepath.Join(s.Root(), "nats", selectedFile), make([]byte, 4097), 0o600))
	_, err := s.Selected()
	wantErr(t, err, ErrCorrupt, selectedFile)
	for _, do := range []func() error{
		func() error { return s.Select("a") },
		func() error { _, err := s.Unselect(); return err },
		func() error { return s.Remove("a", false) },
		func() error { _, err := Resolve(s, Overrides{}, noEnv); return err },
	} {
		wantErr(t, do(), ErrCorrupt, "larger than 4096 bytes")
	}
	must(t, os.Remove(filepath.Join(s.Root(), "nats", selectedFile)))
	must(t, os.Mkdir(filepath.Join(s.Root(), "nats", previousFile), 0o700))
	_, err = s.SelectPrevious()
	wantErr(t, err, ErrCorrupt, "not a regular file")
}
