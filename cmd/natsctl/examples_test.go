package main

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
)

// TestExamples parses the examples of every command: two to four lines, which
// call that command.
func TestExamples(t *testing.T) {
	parse := func(line string) error {
		return cli.Parses(program(), shellWords(line), &cli.Env{Out: io.Discard, Err: io.Discard})
	}
	var walk func(path []string, entries []cli.Entry)
	walk = func(path []string, entries []cli.Entry) {
		for _, c := range entries {
			here := append(slices.Clone(path), c.Name)
			walk(here, c.Sub)
			if c.Hidden || len(c.Sub) > 0 {
				continue
			}
			if n := len(c.Examples); n < 2 || n > 4 {
				t.Errorf("%v has %d examples", here, n)
			}
			for _, line := range c.Examples {
				if err := parse(line); err != nil {
					t.Errorf("natsctl %s: %v", line, err)
				}
				if bare := regexp.MustCompile(`'[^']*'|"[^"]*"`).ReplaceAllString(line, ""); strings.ContainsAny(bare, "<>|;&*?[]$(){}#~!") {
					t.Errorf("natsctl %s: a shell would obey a part of it", line)
				}
				if words := shellWords(line); !slices.Contains(append([]string{c.Name}, c.Aliases...), words[len(here)-1]) && !c.Standard {
					t.Errorf("natsctl %s is an example of %v", line, here)
				}
			}
		}
	}
	walk(nil, commands())
	for _, line := range program().Examples {
		if err := parse(line); err != nil {
			t.Errorf("natsctl %s: %v", line, err)
		}
	}
	if parse("server info") != nil || parse("server kick") == nil || parse("server ls --nope") == nil {
		t.Error("a line that lacks something is taken")
	}
}

// TestHelpShowsExamples finds two to four examples in the help of every command
// and every group.
func TestHelpShowsExamples(t *testing.T) {
	var walk func(path []string, entries []cli.Entry)
	walk = func(path []string, entries []cli.Entry) {
		for _, c := range entries {
			here := append(slices.Clone(path), c.Name)
			walk(here, c.Sub)
			if c.Hidden {
				continue
			}
			_, after, found := strings.Cut(transcript(t, append(here, "--help")), "\nExamples:\n")
			lines, _, _ := strings.Cut(after, "\n\n")
			if n := strings.Count(lines+"\n", "\n"); !found || n < 2 && len(c.Sub) != 1 || n > 4 || !strings.HasPrefix(lines, "  natsctl ") {
				t.Errorf("help of %v has the examples %q", here, lines)
			}
		}
	}
	walk(nil, commands())
	if help := transcript(t, []string{"--help"}); !strings.Contains(help, "\nExamples:\n  natsctl ") {
		t.Error("help has no examples")
	}
}
