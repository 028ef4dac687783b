package broker

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// checkProgram refuses a nats-server that does not exist.
func checkProgram(path string) error {
	if path == "" {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return spec.Errorf("nats-server %s: %v", path, err)
	case !filepath.IsAbs(path):
		return spec.Errorf("nats-server %s: the path must be absolute", path)
	case info.IsDir():
		return spec.Errorf("nats-server %s is a directory", path)
	}
	return nil
}

// testTime is how long a nats-server may take to read a configuration.
const testTime = 20 * time.Second

// tryProgram has another nats-server check the configuration of every node, so that an unsupported one is refused before anything
// starts. The files must have been written. The error wraps [spec.ErrInvalid] and contains the server's message.
func tryProgram(ctx context.Context, p plan.Plan, path string) error {
	if err := checkProgram(path); err != nil || path == "" {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	version, err := versionOf(ctx, path)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, n := range p.Nodes {
		g.Go(func() error {
			cmd := exec.CommandContext(ctx, path, "-t", "-c", n.ConfigFile())
			cmd.Dir = n.Dir
			words, err := cmd.CombinedOutput()
			if err != nil {
				return spec.Errorf("%s (%s) rejects the configuration of %s: %s", path, version, n.Name, cmp.Or(firstLine(words), err.Error()))
			}
			return nil
		})
	}
	return g.Wait()
}

// firstLine returns the first line of a program's output, without the program's name in front.
func firstLine(words []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimSpace(words), []byte("\n"))
	return strings.TrimPrefix(string(line), "nats-server: ")
}

// versionOf returns the version of a nats-server, for example "v2.9.10"; "" is the embedded one.
func versionOf(ctx context.Context, path string) (string, error) {
	if path == "" {
		return "v" + server.VERSION, nil
	}
	words, err := exec.CommandContext(ctx, path, "--version").Output()
	m := versionRE.FindString(string(words))
	if err != nil || m == "" {
		return "", spec.Errorf("%s is not a nats-server: --version prints %q (%v)", path, firstLine(words), err)
	}
	return m, nil
}

var versionRE = regexp.MustCompile(`v\d+\.\d+\.\d+`)

// older reports whether the first version is of an earlier minor release than the second.
func older(a, b string) bool {
	var x, y [2]int
	fmt.Sscanf(a, "v%d.%d.", &x[0], &x[1]) //nolint:errcheck // versionOf has matched it
	fmt.Sscanf(b, "v%d.%d.", &y[0], &y[1]) //nolint:errcheck // versionOf has matched it
	return slices.Compare(x[:], y[:]) < 0
}

// ErrProgram is wrapped by the error of another nats-server for a cluster that should not have it.
var ErrProgram = errors.New("another nats-server")
