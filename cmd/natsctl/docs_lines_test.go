package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
)

// TestDocsCommandLines parses every command line of the README, the pages, the
// deployment files, and the hints and help in the code: a command, a flag or an argument
// that there is not any more fails it.
func TestDocsCommandLines(t *testing.T) {
	for _, stale := range []string{"server lss", "server ls --nope", "version extra", "server ls -o"} {
		if err := stands(stale); (err == nil) != strings.HasSuffix(stale, "-o") {
			t.Errorf("natsctl %s: %v", stale, err)
		}
	}
	pages := []string{"../../README.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/deploy/*", "../../docs/deploy/*/*", "*.go", "../../internal/cli/*.go", "../../internal/cli/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	lines := 0
	for _, page := range pages {
		body, err := os.ReadFile(page)
		if err != nil {
			continue // a directory
		}
		found := commandLines(string(body))
		if filepath.Dir(page) == "../../internal/cli" && strings.HasSuffix(page, "_test.go") {
			continue // the console is tested with commands of its own
		}
		if strings.HasSuffix(page, ".go") {
			found = hintLines(string(body))
		}
		for _, line := range found {
			lines++
			if err := stands(line); err != nil {
				t.Errorf("%s: natsctl %s: %v", page, line, err)
			}
		}
	}
	if lines < 150 {
		t.Errorf("only %d command lines were found", lines)
	}
}

var (
	// inCode finds command lines in running text: `natsctl ...` and "hint: natsctl ...".
	inCode = regexp.MustCompile("`(?:\\$ )?natsctl ([^`]+)`")
	// onLine finds those that have a line of their own, in blocks of code.
	onLine = regexp.MustCompile(`(?m)^(?:    |\$ |ExecStart=/\S*/)(?:[A-Z_]+=\S+ )*natsctl ([^\n]+)$`)
	// inHint finds those in the strings of the code, up to the first word of prose.
	inHint = regexp.MustCompile(`natsctl ((?:[a-z]+[a-z-]* )*?)((?:--?[a-z][a-z-]*(?:[ =][A-Z]+)?|[A-Z]{4,})(?: (?:--?[a-z][a-z-]*|[A-Z]{2,}))*)`)
	// optional and comment are what is not typed.
	optional = regexp.MustCompile(`\[[^\]]*\]`)
	comment  = regexp.MustCompile(`(^|\s)#.*$|\s+(2>|[|>&;]+)\s.*$|\s\.\.\.|\.\.\.$`)
)

// commandLines are the command lines of a page, with the alternatives of a
// synopsis written out.
func commandLines(page string) (lines []string) {
	for _, re := range []*regexp.Regexp{inCode, onLine} {
		for _, m := range re.FindAllStringSubmatch(strings.ReplaceAll(page, "\\|", "|"), -1) {
			line := strings.TrimSpace(comment.ReplaceAllString(optional.ReplaceAllString(m[1], ""), ""))
			lines = append(lines, alternatives(line)...)
		}
	}
	return lines
}

// hintLines are the command lines with a flag or a placeholder in a source file.
func hintLines(source string) (lines []string) {
	for text := range strings.Lines(source) {
		if strings.HasPrefix(strings.TrimSpace(text), "//") {
			continue
		}
		for _, m := range inHint.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[2], "COMMAND") { // which stands for any of them
				lines = append(lines, m[1]+m[2])
			}
		}
	}
	return lines
}

// alternatives writes out the first word of a line that names several with
// bars between them.
func alternatives(line string) []string {
	words := strings.Fields(line)
	for i, word := range words {
		if !strings.Contains(word, "|") || strings.ContainsAny(line, `'"`) {
			continue
		}
		var all []string
		for one := range strings.SplitSeq(word, "|") {
			all = append(all, alternatives(strings.Join(append(append(append([]string{}, words[:i]...), one), words[i+1:]...), " "))...)
		}
		return all
	}
	return []string{line}
}

// stands says what is wrong with a command line. What is only left out, an
// argument or the command of a group, is not: text speaks of a command as such.
func stands(line string) error {
	args := shellWords(line)
	err := cli.Parses(program(), args, &cli.Env{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}})
	if err == nil || strings.Contains(err.Error(), "needs the argument") || strings.Contains(err.Error(), "needs a command") ||
		strings.Contains(err.Error(), "needs a value") || strings.Contains(err.Error(), "needs the flag") {
		return nil
	}
	return err
}

// shellWords splits a line as a shell would, with simple quotes.
func shellWords(line string) (words []string) {
	for _, m := range regexp.MustCompile(`(?:[^\s'"]|'[^']*'|"[^"]*")+`).FindAllString(line, -1) {
		words = append(words, regexp.MustCompile(`['"]`).ReplaceAllString(m, ""))
	}
	return words
}
