package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocsDefects checks that each defect that docs/top-defects.md lists is
// kept away by tests that exist.
func TestDocsDefects(t *testing.T) {
	page, err := os.ReadFile("../../docs/top-defects.md")
	if err != nil {
		t.Fatal(err)
	}
	have, named := testNames(t), regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	var rows []string
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || strings.HasPrefix(cells[1], "--") || strings.TrimSpace(cells[1]) == "#" {
			continue
		}
		rows = append(rows, strings.TrimSpace(cells[1]))
		tests := named.FindAllStringSubmatch(cells[4], -1)
		if len(tests) == 0 {
			t.Errorf("no test is named in: %s", line)
		}
		for _, m := range tests {
			if !slices.Contains(have, m[1]) {
				t.Errorf("%s: there is no %s", rows[len(rows)-1], m[1])
			}
		}
	}
	for letter := 'a'; letter <= 't'; letter++ {
		if !slices.Contains(rows, string(letter)) {
			t.Errorf("defect %c is not listed", letter)
		}
	}
}

// testNames are the tests of the whole module.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
	err := filepath.WalkDir("../..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(data), -1) {
			names = append(names, m[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
