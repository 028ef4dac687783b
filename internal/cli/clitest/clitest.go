// Package clitest holds helpers for the tests of commands. Only tests import it.
package clitest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/natsctl/natsctl/internal/cli"
)

// ExitCodes holds the exit code of every error, also when it is wrapped and
// happened in a command, and finds each row of a table used by one of them. The
// exit codes are part of the interface: tests write them out.
func ExitCodes(t *testing.T, rows []cli.Advice, codes map[error]int) {
	t.Helper()
	used := make([]bool, len(rows))
	for err, want := range codes {
		for _, err := range []error{err, fmt.Errorf("while testing: %w", err)} {
			if got, _ := cli.Explain(rows, err); got != want {
				t.Errorf("%v (%T): exit code %d, want %d", err, err, got, want)
			}
		}
		for i, row := range rows {
			if row.Match(err) {
				used[i] = true
				break
			}
		}
	}
	for i, is := range used {
		if !is {
			t.Errorf("row %d of the error table (exit code %d) matches no error of the test", i, rows[i].Code)
		}
	}
}

// KeepFresh compares, or rewrites, the generated text between two markers of a
// page.
func KeepFresh(t *testing.T, page, part, want string) {
	t.Helper()
	body, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+part+" -->\n", "<!-- /"+part+" -->"
	before, rest, ok := strings.Cut(string(body), begin)
	got, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no part %q", page, part)
	}
	if got == want {
		return
	}
	if os.Getenv("UPDATE_DOCS") == "" {
		t.Fatalf("%s is stale, run make docs:\n%s", page, cmp.Diff(got, want))
	}
	if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
