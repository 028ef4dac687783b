package exporter

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/testcluster"
)

const deployDir = "../docs/deploy"

// The files for deployment are whole: what can be read by a tool is, and they
// agree with each other and with the program's defaults.
func TestDeployFiles(t *testing.T) {
	for _, name := range []string{"kubernetes/exporter.yaml", "kubernetes/servicemonitor.yaml", "kubernetes/kustomization.yaml", "prometheus/prometheus.yaml", "prometheus/web-config.yaml"} {
		for i, doc := range bytes.Split(read(t, name), []byte("\n---\n")) {
			var v map[string]any
			if err := yaml.UnmarshalStrict(doc, &v); err != nil || len(v) == 0 {
				t.Errorf("%s, document %d: %v", name, i, err)
			}
		}
	}
	k8s := string(read(t, "kubernetes/exporter.yaml"))
	for _, want := range []string{"path: /healthz", "path: /readyz", "runAsNonRoot: true", "readOnlyRootFilesystem: true", "--web.listen-address=:7777"} {
		if !strings.Contains(k8s, want) {
			t.Errorf("exporter.yaml lacks %q", want)
		}
	}
	if file := string(read(t, "Containerfile")); !strings.Contains(file, "USER 65532") || !strings.Contains(file, "./cmd/natsctl") {
		t.Error("the Containerfile builds something else, or runs as root")
	}
}

func TestPromtoolReadsTheConfiguration(t *testing.T) {
	tool, dir := testcluster.Tool(t, "promtool"), t.TempDir()
	rules, err := Rules(RuleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "natsctl-rules.yaml"), rules)
	write(t, filepath.Join(dir, "prometheus.yaml"), read(t, "prometheus/prometheus.yaml"))
	if out, err := exec.CommandContext(t.Context(), tool, "check", "config", filepath.Join(dir, "prometheus.yaml")).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestSystemdReadsTheUnit(t *testing.T) {
	tool := testcluster.Tool(t, "systemd-analyze")
	unit := filepath.Join(t.TempDir(), "natsctl-exporter.service")
	body := strings.ReplaceAll(string(read(t, "systemd/natsctl-exporter.service")), "/usr/local/bin/natsctl", "/bin/true")
	write(t, unit, []byte(body))
	if out, err := exec.CommandContext(t.Context(), tool, "verify", "--man=no", unit).CombinedOutput(); err != nil || bytes.Contains(out, []byte("natsctl-exporter.service")) {
		t.Errorf("%v\n%s", err, out)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(deployDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// promtool's own linter finds nothing in the native names.
func TestPromtoolChecksMetrics(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), testcluster.Tool(t, "promtool"), "check", "metrics")
	cmd.Stdin = strings.NewReader(textOf(t, sampleFleet(), false, everything(), WithSurveyorNames(false)))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func write(t *testing.T, path string, body []byte) {
	t.Helper()
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
}
