package natsctx

import (
	"fmt"
	"os/user"
	"path/filepath"
)

// ConfigHome returns the directory that holds the store: $XDG_CONFIG_HOME, or
// .config in the home directory of the user database, as in the nats CLI.
func ConfigHome(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_CONFIG_HOME"); dir != "" {
		return dir, nil
	}
	home, err := homeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".config"), nil
}

// homeDir uses the user database, not $HOME, because the nats CLI does.
func homeDir() (string, error) {
	u, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoHome, err)
	}
	if u.HomeDir == "" {
		return "", ErrNoHome
	}
	return u.HomeDir, nil
}
