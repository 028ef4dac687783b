package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/completions"
	"github.com/natsctl/natsctl/internal/cli"
)

// TestShellsArePresent fails where a missing shell would let its tests be skipped unseen.
func TestShellsArePresent(t *testing.T) {
	if os.Getenv("CI") == "" {
		t.Skip("only where every shell has to be there")
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if _, err := exec.LookPath(shell); err != nil {
			t.Error(err)
		}
	}
}

func TestCompletionScriptsAreThere(t *testing.T) {
	for _, shell := range completions.Shells() {
		script, err := completions.Script(shell)
		if err != nil || !strings.Contains(script, "__complete "+shell) {
			t.Errorf("%s: %v\n%s", shell, err, script)
		}
	}
	if _, err := completions.Script("tcsh"); err == nil {
		t.Error("a script for tcsh")
	}
}

func FuzzCompletionWords(f *testing.F) {
	f.Add("bash", "context select ", "p", "=")
	f.Add("fish", "--context", "x", `"`)
	f.Fuzz(func(t *testing.T, shell, a, b, c string) {
		if code, out, errs := runHere(t.TempDir(), false, "__complete", shell, a, b, c); code != cli.ExitOK || errs != "" || out == "" {
			t.Fatalf("%q %q %q: %d %q %q", a, b, c, code, out, errs)
		}
	})
}
