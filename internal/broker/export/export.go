package export

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/atomicfile"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Format is an export format.
type Format string

// The export formats.
const (
	Conf    Format = "conf"    // plain nats-servers on this host, with the same ports
	Compose Format = "compose" // containers
	Helm    Format = "helm"    // values of the official chart, a release for each cluster
	Systemd Format = "systemd" // units that run /usr/bin/nats-server
)

// Formats returns all formats.
func Formats() []string {
	return []string{string(Conf), string(Compose), string(Helm), string(Systemd)}
}

// ErrNotEmpty is wrapped by the error of an export into a directory that is not empty.
var ErrNotEmpty = errors.New("directory is not empty")

// Write writes everything needed to run the servers of a plan without natsctl into a directory, which must be empty or not exist,
// and returns the names of the files. Without secrets, separate files have SetMe in their place, and private keys and credentials
// are left out. Doors for faults are never exported.
func Write(p plan.Plan, f Format, dir string, secrets bool) ([]string, error) {
	files, err := exported{p}.export(f, secrets)
	if err != nil {
		return nil, err
	}
	if old, err := os.ReadDir(dir); err == nil && len(old) > 0 {
		return nil, fmt.Errorf("export to %s: %w", dir, ErrNotEmpty)
	}
	names := slices.Sorted(maps.Keys(files))
	full := map[string]string{}
	for _, file := range names {
		full[filepath.Join(dir, filepath.FromSlash(file))] = files[file]
	}
	if err := atomicfile.WriteAll(full); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return names, nil
}

// exported is a plan to be run without natsctl.
type exported struct{ plan.Plan }

// SetMe is the placeholder of an omitted secret.
const SetMe = "SET-ME"

// export returns the files of an export by their path below its directory.
func (p exported) export(f Format, secrets bool) (map[string]string, error) {
	switch f {
	case Helm:
		return p.exportHelm(secrets)
	case Conf:
		return p.rebased(".", "data").exportConf(f, secrets), nil
	case Compose:
		out := p.rebased(".", "data")
		for i := range out.Nodes {
			out.Nodes[i].Host, out.Nodes[i].Bind = out.Nodes[i].Name, "0.0.0.0"
		}
		files := out.exportConf(f, secrets)
		files["compose.yaml"] = out.compose()
		return files, nil
	case Systemd:
		out := p.rebased(path.Join("/etc/nats", p.Spec.Name), path.Join("/var/lib/nats", p.Spec.Name))
		files := out.exportConf(f, secrets)
		for _, n := range out.Nodes {
			files[out.unit(n)] = out.systemd(n)
		}
		return files, nil
	}
	return nil, spec.Errorf("export format %q is unknown: %s", f, strings.Join(Formats(), ", "))
}

// rebased returns the plan with its files in another directory and with direct links.
func (p exported) rebased(dir, data string) exported {
	old := p.Dir
	p.Dir, p.Proxies, p.Exported = dir, nil, true
	p.Nodes, p.Identities, p.LeafUsers = slices.Clone(p.Nodes), slices.Clone(p.Identities), slices.Clone(p.LeafUsers)
	for i := range p.Nodes {
		p.Nodes[i].Dir = path.Join(data, p.Nodes[i].Name)
	}
	for _, ids := range [][]plan.Identity{p.Identities, p.LeafUsers} {
		for i := range ids {
			for _, file := range []*string{&ids[i].Seed, &ids[i].Creds, &ids[i].CA, &ids[i].Cert, &ids[i].Key} {
				if rest, err := filepath.Rel(old, *file); err == nil && *file != "" {
					*file = path.Join(dir, filepath.ToSlash(rest))
				}
			}
		}
	}
	return p
}

// exportConf returns the configuration of each node and the files that it refers to.
func (p exported) exportConf(f Format, secrets bool) map[string]string {
	out := map[string]string{}
	for _, n := range p.Nodes {
		text, vars := p.ConfigWithout(n)
		if len(vars) > 0 {
			file := n.Name + ".secrets.conf"
			text = fmt.Sprintf("include %s\n", plan.Quote("./"+file)) + text
			out[file] = p.secretsFile(vars, secrets)
		}
		out[n.Name+".conf"] = text
	}
	left := p.exportFiles(out, secrets)
	out["README.md"] = p.exportReadme(f, secrets, left)
	return out
}

// secretsFile defines the variables of a configuration.
func (p exported) secretsFile(vars map[string]string, secrets bool) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		text := vars[name]
		if !secrets {
			text = p.masked(text)
		}
		fmt.Fprintf(&b, "%s: %s\n", name, text)
	}
	return b.String()
}

// masked returns text with each password of the plan replaced by SetMe.
func (p exported) masked(text string) string {
	text = strings.ReplaceAll(text, p.Link, SetMe)
	for _, id := range append(slices.Clone(p.Identities), p.LeafUsers...) {
		if id.Password != "" {
			text = strings.ReplaceAll(text, id.Password, SetMe)
		}
	}
	return text
}

// exportFiles adds certificates, keys and credentials, and returns those that are omitted because they are secret.
func (p exported) exportFiles(out map[string]string, secrets bool) []string {
	all := map[string]string{}
	if p.PKI != nil {
		for name, text := range p.PKI.Files {
			all["pki/"+name] = text
		}
	}
	for _, id := range append(slices.Clone(p.Identities), p.LeafUsers...) {
		if file := id.Creds + id.Seed; file != "" { // never both are set
			all["creds/"+path.Base(file)] = id.Secret
		}
	}
	if p.Trust != nil {
		all["creds/operator.jwt"] = p.Trust.JWT
	}
	var left []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		private := strings.HasSuffix(name, ".key") || strings.HasSuffix(name, ".creds") || strings.HasSuffix(name, ".nk")
		if private && !secrets {
			left = append(left, name)
			continue
		}
		out[name] = all[name]
	}
	return left
}
