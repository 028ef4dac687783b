package fleetcmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/natsctl/natsctl/internal/atomicfile"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/sys/drain"
)

// drainsDir is the directory for records of drains in progress.
func drainsDir(e *cli.Env) (string, error) {
	if dir := e.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "natsctl", "drains"), nil
	}
	if home := e.Getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "natsctl", "drains"), nil
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "natsctl", "drains"), err
}

func saveDrain(e *cli.Env, d drain.Record) error {
	dir, err := drainsDir(e)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode the record of the drain: %w", err)
	}
	return atomicfile.Write(filepath.Join(dir, fileName(d.ID)+".json"), body, 0o600)
}

// dropDrain removes the record of a finished drain.
func dropDrain(e *cli.Env, d drain.Record) {
	if dir, err := drainsDir(e); err == nil {
		_ = os.Remove(filepath.Join(dir, fileName(d.ID)+".json")) // a leftover record is harmless
	}
}

// loadDrain returns the latest drain of the server with this name or id.
func loadDrain(e *cli.Env, nameOrID string) (drain.Record, error) {
	var found drain.Record
	dir, err := drainsDir(e)
	if err != nil {
		return found, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return found, fmt.Errorf("look for the record of the drain: %w", err)
	}
	for _, entry := range entries {
		body, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return found, fmt.Errorf("read the record of the drain: %w", err)
		}
		var d drain.Record
		if json.Unmarshal(body, &d) != nil || d.Schema != drain.Schema {
			continue
		}
		if (d.Server == nameOrID || d.ID == nameOrID) && d.Begun.After(found.Begun) {
			found = d
		}
	}
	if found.ID == "" {
		return found, fmt.Errorf("%w: none of %s is under way", errNoDrain, nameOrID)
	}
	return found, nil
}
