package fleetcmd

import (
	"strings"
	"testing"
)

// TestFileName makes file names of what servers call themselves: none leaves the
// directory, is hidden, or holds what a terminal or a shell obeys.
func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"East-1_b":              "East-1_b",
		"../../etc/passwd":      "______etc_passwd",
		`..\..\boot`:            "______boot",
		"/tmp/x":                "_tmp_x",
		".bashrc":               "_bashrc",
		"a b;rm $(c)\x1b[2J":    "a_b_rm___c___2J",
		"n\u00fcrnberg":         "n_rnberg",
		"":                      "",
		strings.Repeat("k", 65): strings.Repeat("k", 64),
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
