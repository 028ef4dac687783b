// Package completions owns the scripts that complete natsctl's command lines in
// bash, zsh, fish and PowerShell. The scripts know the shell and nothing of
// natsctl: they hand the words typed so far to "natsctl __complete" and insert
// what it offers. The package must not know what is offered.
package completions

import (
	"embed"
	"errors"
	"fmt"
)

//go:embed natsctl.bash natsctl.zsh natsctl.fish natsctl.ps1
var files embed.FS

// ErrShell says that there is no script for a shell.
var ErrShell = errors.New("no completion for this shell")

// suffixes are the file name endings by shell.
var suffixes = map[string]string{"bash": "bash", "zsh": "zsh", "fish": "fish", "powershell": "ps1"}

// Shells returns the names that [Script] takes.
func Shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// Script returns the script for a shell, or [ErrShell].
func Script(shell string) (string, error) {
	suffix, known := suffixes[shell]
	if !known {
		return "", fmt.Errorf("%w: %q", ErrShell, shell)
	}
	body, err := files.ReadFile("natsctl." + suffix)
	return string(body), err
}
