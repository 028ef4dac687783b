package broker

import (
	"maps"
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

// write puts all files where they belong, readable by their owner only: all, or none.
func (p plan) write() error { return writeAll(p.files()) }

// filesAt are some files of the plan, as far as it has them.
func (p plan) filesAt(paths ...string) map[string]string {
	out := p.files()
	maps.DeleteFunc(out, func(path, _ string) bool { return !slices.Contains(paths, path) })
	return out
}
