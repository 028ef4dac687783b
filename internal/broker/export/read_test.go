//go:build !windows

package export

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestSystemdReadsTheUnits lets systemd judge the units of an export.
func TestSystemdReadsTheUnits(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("systemd-analyze is not installed")
		}
		t.Skip("systemd-analyze is not installed")
	}
	files := spectest.Must(exported{planned(t, spec.AuthUsers, spec.TLSMutual)}.export(Systemd, false))
	units := 0
	for name, text := range files {
		if !strings.HasSuffix(name, ".service") {
			continue
		}
		units++
		unit := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(unit, []byte(strings.ReplaceAll(text, "/usr/bin/nats-server", "/bin/true")), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), tool, "verify", "--man=no", unit).CombinedOutput(); err != nil || strings.Contains(string(out), name) {
			t.Errorf("%v\n%s", err, out)
		}
	}
	if units != 5 {
		t.Errorf("%d units", units)
	}
}

// composeFile is what an export uses of the compose specification (github.com/compose-spec/compose-spec, 05-services.md).
type composeFile struct {
	Name     string                    `json:"name"`
	Services map[string]composeService `json:"services"`
}

type composeService struct {
	Image   string   `json:"image"`
	Command []string `json:"command"`
	WorkDir string   `json:"working_dir"`
	Restart string   `json:"restart"`
	Volumes []string `json:"volumes"`
	Ports   []string `json:"ports"`
}

// TestComposeFile reads the compose file of an export strictly: known keys, unique ports of the loopback interface, a
// configuration that is there, and routes that name services.
func TestComposeFile(t *testing.T) {
	t.Parallel()
	p := planned(t, spec.AuthUsers, spec.TLSMutual)
	files := spectest.Must(exported{p}.export(Compose, true))
	var f composeFile
	if err := yaml.UnmarshalStrict([]byte(files["compose.yaml"]), &f); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`).MatchString(f.Name) || len(f.Services) != len(p.Nodes) {
		t.Errorf("project %q with %d services", f.Name, len(f.Services))
	}
	var ports []string
	for name, s := range f.Services {
		conf := filepath.Base(s.Command[len(s.Command)-1])
		if files[conf] == "" || s.Image == "" || s.WorkDir != "/cluster" || s.Restart != "unless-stopped" || len(s.Volumes) != 1 {
			t.Errorf("service %s: %+v", name, s)
		}
		for _, port := range s.Ports {
			if slices.Contains(ports, port) || !regexp.MustCompile(`^127\.0\.0\.1:\d+:\d+$`).MatchString(port) {
				t.Errorf("service %s: port %s", name, port)
			}
			ports = append(ports, port)
		}
	}
	for name, text := range files {
		for _, m := range regexp.MustCompile(`@([^:"]+):\d+`).FindAllStringSubmatch(text, -1) {
			if _, ok := f.Services[m[1]]; !ok && strings.HasSuffix(name, ".conf") {
				t.Errorf("%s leads to %q, which is no service", name, m[1])
			}
		}
	}
}
