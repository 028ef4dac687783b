package broker

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// files are all files that the servers and clients of the plan need, by path, with their text.
func (p plan) files() map[string]string {
	out := map[string]string{}
	for _, n := range p.Nodes {
		out[n.conf()] = p.config(n)
	}
	for _, id := range append(append([]Identity(nil), p.Identities...), p.Links...) {
		if path := id.Seed + id.Creds; path != "" { // never both
			out[path] = id.Secret
		}
	}
	if p.PKI != nil {
		for name, text := range p.PKI.Files {
			out[p.pkiPath(name)] = text
		}
	}
	if p.Trust != nil {
		out[p.operatorFile()] = p.Trust.JWT
	}
	return out
}

// operatorFile is where the operator's JWT is.
func (p plan) operatorFile() string { return filepath.Join(p.Dir, "creds", "operator.jwt") }

// write puts files where they belong, all when none is named, readable by their owner only.
func (p plan) write(only ...string) error {
	for path, text := range p.files() {
		if len(only) > 0 && !slices.Contains(only, path) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("make a directory: %w", err)
		}
		if err := replaceFile(path, []byte(text)); err != nil {
			return fmt.Errorf("write a file: %w", err)
		}
	}
	return nil
}
