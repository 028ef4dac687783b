package exportercmd

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
)

func TestExpectedServers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names")
	if err := os.WriteFile(path, []byte("# the fleet\na\n\n  b \r\nc"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n# nobody\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		value string
		count int
		names []string
		fails bool
	}{
		{"", 0, nil, false},
		{"7", 7, nil, false},
		{"a", 0, []string{"a"}, false},
		{"a, b,,c", 0, []string{"a", "b", "c"}, false},
		{"@" + path, 0, []string{"a", "b", "c"}, false},
		{"0", 0, nil, true},
		{"-3", 0, nil, true},
		{",", 0, nil, true},
		{"@" + empty, 0, nil, true},
		{"@" + path + "-not", 0, nil, true},
	} {
		count, names, err := expected(tt.value)
		if count != tt.count || !slices.Equal(names, tt.names) || (err != nil) != tt.fails {
			t.Errorf("%q: %d %q %v", tt.value, count, names, err)
		}
		if err != nil && (!isUsage(err) || !strings.Contains(err.Error(), "--expect")) {
			t.Errorf("%q: %v", tt.value, err)
		}
	}
}

func TestForgetCommand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	body := `{"schema":"natsctl.exporter.state/v1","servers":[{"name":"east-1","id":"A"},{"name":"east-2","id":"B"},{"name":"\u001b[31m","id":"C"}]}`
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(state string, names ...string) (string, error) {
		var out bytes.Buffer
		err := (&exporterForgetCommand{names: names, state: state}).Run(t.Context(), &cli.Env{Out: &out})
		return out.String(), err
	}
	if _, err := run(path, "east-1", "esat-2"); !errors.Is(err, exporter.ErrUnknownServer) || !strings.Contains(err.Error(), `did you mean "east-2"`) {
		t.Errorf("%v", err)
	}
	if _, err := run(path+"-not", "east-1"); !isUsage(err) {
		t.Errorf("a file that does not exist: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != body {
		t.Errorf("a refusal changed the file: %s", got)
	}
	out, err := run(path, "east-2", "\x1b[31m")
	if err != nil || out != "east-2 is no longer expected\n\\x1b[31m is no longer expected\n" {
		t.Errorf("%q %v", out, err)
	}
	if names, err := exporter.Remembered(path); err != nil || !slices.Equal(names, []string{"east-1"}) {
		t.Errorf("%q %v", names, err)
	}
}

func isUsage(err error) bool {
	var usage cli.UsageError
	return errors.As(err, &usage)
}
