package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestPromises finds every test that docs/promises.md names.
func TestPromises(t *testing.T) {
	page, err := os.ReadFile("../../docs/promises.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, flaw := range brokenPromises(string(page), testNames(t)) {
		t.Error(flaw)
	}
}

// brokenPromises are the rows of a page that name no test, or one that is not
// among those that exist.
func brokenPromises(page string, exist []string) (flaws []string) {
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`")
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], "--") || cells[1] == " Promise " {
			if len(cells) > 1 && len(cells) != 5 {
				flaws = append(flaws, "not three cells: "+line)
			}
			continue
		}
		tests := named.FindAllStringSubmatch(cells[3], -1)
		if len(tests) == 0 {
			flaws = append(flaws, "no test holds:"+cells[1])
		}
		for _, test := range tests {
			if !slices.Contains(exist, test[1]) {
				flaws = append(flaws, "no "+test[1]+", which holds:"+cells[1])
			}
		}
	}
	return flaws
}

func TestBrokenPromises(t *testing.T) {
	page := "| Promise | Said in | Held by |\n|---|---|---|\n" +
		"| Kept. | x.md | `TestKept` |\n| Bare. | x.md | nobody |\n| Gone. | x.md | `TestKept`, `TestGone` |\n| two | cells |\n"
	want := []string{"no test holds: Bare. ", "no TestGone, which holds: Gone. ", "not three cells: | two | cells |\n"}
	if got := brokenPromises(page, []string{"TestKept"}); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
