package testcluster

import (
	"os"
	"os/exec"
	"testing"
)

// Tool returns the path of a program that a test needs, such as promtool. Where
// it is not installed the test is skipped, or fails if CI is set in the
// environment.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%s is not installed", name)
	default:
		t.Skipf("%s is not installed", name)
	}
	return path
}
