//go:build e2e

package exporter_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
)

// lab is a local cluster of natsctl, each of its servers a process of its own:
// only so can one be killed without notice.
type lab struct {
	bin   string
	env   []string
	nodes map[string]string // address by name
}

// startLab starts the cluster called e2e and removes it after the test.
func startLab(t *testing.T, args ...string) *lab {
	t.Helper()
	l := &lab{bin: os.Getenv("NATSCTL_BIN"), nodes: map[string]string{}}
	switch {
	case l.bin != "":
	case os.Getenv("CI") != "":
		t.Fatal("NATSCTL_BIN names no binary; make e2e does")
	default:
		t.Skip("NATSCTL_BIN names no binary; make e2e does")
	}
	home := t.TempDir()
	l.env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home)
	t.Cleanup(func() { _, _ = l.try("cluster", "delete", "e2e", "--yes") }) // it may never have started
	for line := range strings.Lines(l.run(t, append([]string{"cluster", "up", "e2e"}, args...)...)) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) > 2 {
			l.nodes[cells[1]] = cells[2]
		}
	}
	return l
}

func (l *lab) command(args ...string) *exec.Cmd {
	cmd := exec.Command(l.bin, args...)
	cmd.Env = l.env
	return cmd
}

func (l *lab) try(args ...string) (stdout string, err error) {
	out, err := l.command(args...).Output()
	return string(out), err
}

func (l *lab) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := l.try(args...)
	if err != nil {
		var words []byte
		if exit, ok := err.(*exec.ExitError); ok {
			words = exit.Stderr
		}
		t.Fatalf("natsctl %s: %v\n%s", strings.Join(args, " "), err, words)
	}
	return out
}

// connect connects with the user of a context, to one node or to any.
func (l *lab) connect(t *testing.T, context, node string) *nats.Conn {
	t.Helper()
	var shown struct {
		Settings struct{ URL, Creds, CA string } `json:"settings"`
	}
	if err := json.Unmarshal([]byte(l.run(t, "context", "show", context, "-o", "json")), &shown); err != nil {
		t.Fatal(err)
	}
	url, opts := shown.Settings.URL, []nats.Option{nats.UserCredentials(shown.Settings.Creds), nats.MaxReconnects(-1)}
	if ca := shown.Settings.CA; ca != "" {
		opts = append(opts, nats.RootCAs(ca))
	}
	if node != "" {
		url = l.nodes[node]
	}
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}
