package cli

import (
	"strings"
	"testing"
)

// TestJoinDashes is what becomes of a lone "-" in a command line.
func TestJoinDashes(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"":                              "",
		"cluster up -f -":               "cluster up -f-",
		"cluster up --file - --dry-run": "cluster up --file=- --dry-run",
		"cluster up --file=- x":         "cluster up --file=- x",
		"cluster up --file=x -":         "cluster up --file=x -",
		"a - -":                         "a - -",
		"- b":                           "- b",
		"cat -- -f -":                   "cat -- -f -",
		"--in dev -f - --yes":           "--in dev -f- --yes",
	} {
		if got := strings.Join(joinDashes(strings.Fields(args)), " "); got != want {
			t.Errorf("%q became %q, want %q", args, got, want)
		}
	}
}
