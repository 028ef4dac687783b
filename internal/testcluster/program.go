package testcluster

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// programs names the executables of other server releases, as .ci/run installs
// them.
var programs = map[string]string{
	"2.9":  "nats-server",
	"2.10": "nats-server-2.10",
}

// Program returns the path of an installed nats-server of a release, "2.9" or
// "2.10". Where it is not installed the test is skipped, or fails if CI is set
// in the environment.
func Program(t testing.TB, release string) string {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("CI") != "" {
		missing = t.Fatalf
	}
	name, known := programs[release]
	if !known {
		t.Fatalf("no program is known for nats-server %s", release)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		missing("nats-server %s is not installed: %v", release, err)
	}
	version, err := exec.Command(path, "--version").Output()
	if err != nil || !strings.Contains(string(version), " v"+release+".") {
		missing("%s is not nats-server %s but %q (%v)", path, release, version, err)
	}
	return path
}
