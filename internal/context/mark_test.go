package natsctx

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMarks(t *testing.T) {
	s := newStore(t, "a")
	must(t, s.SetMark("a", func(m *Mark) { m.Protected, m.Color = true, "red" }))
	must(t, s.Copy("a", "b", nil))
	for _, name := range []string{"a", "b"} {
		if m, err := s.Mark(name); err != nil || m != (Mark{Protected: true, Color: "red"}) {
			t.Errorf("%s: %v %v", name, m, err)
		}
	}
	info, err := os.Stat(filepath.Join(s.Root(), "natsctl", "contexts.json"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Error(info.Mode())
	}
	must(t, os.WriteFile(filepath.Join(s.Root(), "natsctl", "contexts.json"), []byte("{"), 0o600))
	_, err = s.Mark("a")
	wantErr(t, err, ErrCorrupt, "contexts.json")
	_, err = Resolve(s, Overrides{Context: "a"}, noEnv)
	wantErr(t, err, ErrCorrupt, "contexts.json")
}

// TestMarksFollowAndDisappear with their contexts, and others stay.
func TestMarksFollowAndDisappear(t *testing.T) {
	s := newStore(t, "a", "b", "c")
	must(t, s.Select("c"))
	must(t, s.SetMark("a", func(m *Mark) { m.Protected, m.Color = true, "red" }))
	must(t, s.SetMark("b", func(m *Mark) { m.Color = "blue" }))
	wantErr(t, s.SetMark("x", func(m *Mark) { m.Protected = true }), ErrUnknown, "")
	all, err := s.Marks()
	must(t, err)
	if len(all) != 2 || all["a"] != (Mark{true, "red"}) || all["b"] != (Mark{false, "blue"}) {
		t.Errorf("%v", all)
	}
	must(t, s.SetMark("b", func(m *Mark) { *m = Mark{} }))
	must(t, s.Remove("a", false))
	must(t, s.Create(&Context{Name: "a"}))
	for _, name := range []string{"a", "b", "c", "x"} {
		if m, err := s.Mark(name); err != nil || m != (Mark{}) {
			t.Errorf("%s: %v %v", name, m, err)
		}
	}
	if all, err = s.Marks(); err != nil || len(all) != 0 {
		t.Errorf("marks of contexts without any: %v %v", all, err)
	}
	target, err := Resolve(s, Overrides{Context: "c"}, noEnv)
	must(t, err)
	must(t, s.SetMark("c", func(m *Mark) { m.Protected = true }))
	protected, err := Resolve(s, Overrides{Context: "c"}, noEnv)
	must(t, err)
	if target.Protected || !protected.Protected || protected.Saved() != "c" {
		t.Errorf("protected %v, then %v, saved as %q", target.Protected, protected.Protected, protected.Saved())
	}
	if got := Colors(); len(got) != 6 || got[0] != "red" {
		t.Errorf("%q", got)
	}
}

// TestMarksFollowTheFile protects a saved context however its path is written, and
// does not mistake a file elsewhere with the same name for it.
func TestMarksFollowTheFile(t *testing.T) {
	s := newStore(t, "c")
	must(t, s.SetMark("c", func(m *Mark) { m.Protected = true }))
	elsewhere := filepath.Join(t.TempDir(), "c.json")
	must(t, os.WriteFile(elsewhere, []byte(`{"url":"nats://a"}`), 0o600))
	t.Chdir(filepath.Dir(s.Path("c")))
	for path, saved := range map[string]string{s.Path("c"): "c", "./c.json": "c", "../context/c.json": "c", elsewhere: ""} {
		target, err := Resolve(s, Overrides{Context: path}, noEnv)
		must(t, err)
		if target.Protected != (saved != "") || target.Saved() != saved || target.Name != "c" {
			t.Errorf("%s: protected %v, saved as %q", path, target.Protected, target.Saved())
		}
	}
}
