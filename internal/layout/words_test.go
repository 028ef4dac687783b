package layout

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestWords finds the phrases of the last table of docs/glossary.md in the code
// and in the documentation.
func TestWords(t *testing.T) {
	glossary, err := os.ReadFile("../../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	phrases := avoided(string(glossary))
	if len(phrases) < 10 {
		t.Fatalf("the glossary lists only %q", phrases)
	}
	wrong := finder(phrases)
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && (d.Name() == "testdata" || d.Name() == "layout" || d.Name() == ".git" || d.Name() == "bin") {
				return filepath.SkipDir
			}
			return err
		}
		if ext := filepath.Ext(path); ext != ".go" && ext != ".md" || d.Name() == "glossary.md" {
			return nil
		}
		data, err := os.ReadFile(path)
		for i, line := range strings.Split(string(data), "\n") {
			for _, phrase := range wrong.FindAllString(line, -1) {
				t.Errorf("%s:%d: %q: docs/glossary.md has a better word", strings.TrimPrefix(path, "../../"), i+1, phrase)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// avoided are the phrases in the first column of the table under "Not like
// this".
func avoided(glossary string) (phrases []string) {
	_, table, _ := strings.Cut(glossary, "\n## Not like this\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) == 4 && !strings.HasPrefix(cells[1], "--") && cells[1] != " Not " {
			phrases = append(phrases, strings.TrimSpace(cells[1]))
		}
	}
	return phrases
}

// finder matches the phrases as whole words, in either case.
func finder(phrases []string) *regexp.Regexp {
	quoted := make([]string, len(phrases))
	for i, phrase := range phrases {
		quoted[i] = regexp.QuoteMeta(phrase)
	}
	return regexp.MustCompile(`(?i)\b(?:` + strings.Join(quoted, "|") + `)\b`)
}

func TestFinder(t *testing.T) {
	glossary := "| Term | Means |\n|---|---|\n| server | One. |\n\n## Not like this\n\n| Not | But |\n|---|---|\n| mend | fix |\n| of ours | built-in |\n"
	phrases := avoided(glossary)
	if !slices.Equal(phrases, []string{"mend", "of ours"}) {
		t.Errorf("phrases %q", phrases)
	}
	for line, want := range map[string]int{"Mend a server of ours": 2, "amend, mended, of oursels": 0, "of  ours": 0} {
		if got := len(finder(phrases).FindAllString(line, -1)); got != want {
			t.Errorf("%q: %d found, want %d", line, got, want)
		}
	}
}
