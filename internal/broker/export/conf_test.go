package export

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/conf"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// files are the files that a configuration names, wherever they stand in it.
func files(v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			if path, ok := item.(string); ok && (strings.HasSuffix(key, "_file") || key == "credentials" || key == "operator") {
				out = append(out, path)
			}
			out = append(out, files(item)...)
		}
	case []any:
		for _, item := range v {
			out = append(out, files(item)...)
		}
	}
	return out
}

// TestExportedConfIsWhole reads each exported configuration with its secrets: it has the
// passwords of the cluster, every file that it names is there, and its links are direct.
func TestExportedConfIsWhole(t *testing.T) {
	for _, auth := range spec.AuthModes() {
		t.Run(auth, func(t *testing.T) {
			p := plantest.Of(t, spectest.Everything(spec.AuthMode(auth), spec.TLSServer))
			p.Proxies = map[plan.Link]string{}
			for _, l := range p.Links() {
				p.Proxies[l] = "127.0.0.1:9"
			}
			dir := t.TempDir() // exists, and is empty
			if _, err := Write(p, Conf, dir, true); err != nil {
				t.Fatal(err)
			}
			for _, n := range p.Nodes {
				c, err := conf.ParseFile(filepath.Join(dir, n.Name+".conf"))
				if err != nil {
					t.Fatal(err)
				}
				for _, file := range files(c) {
					if _, err := os.Stat(filepath.Join(dir, file)); err != nil || filepath.IsAbs(file) {
						t.Errorf("%s names %s: %v", n.Name, file, err)
					}
				}
				if text := fmt.Sprint(c); strings.Contains(text, "127.0.0.1:9]") || strings.Contains(text, "127.0.0.1:9 ") || strings.Contains(text, plan.Nowhere) {
					t.Errorf("%s connects through the proxies of faults: %s", n.Name, text)
				}
				if cluster, ok := c["cluster"].(map[string]any); ok && cluster["authorization"].(map[string]any)["password"] != p.Link {
					t.Errorf("%s has another password for routes than its peers", n.Name)
				}
				checkPasswords(t, p, c)
			}
		})
	}
}

// checkPasswords compares the users of a configuration with those of the plan.
func checkPasswords(t *testing.T, p plan.Plan, c map[string]any) {
	t.Helper()
	accounts, _ := c["accounts"].(map[string]any) // none with an operator
	got := map[string]any{}
	for _, a := range accounts {
		for _, u := range a.(map[string]any)["users"].([]any) {
			if name, ok := u.(map[string]any)["user"].(string); ok {
				got[name] = u.(map[string]any)["password"]
			}
		}
	}
	for _, id := range p.Identities {
		if id.Password != "" && got[id.User] != id.Password {
			t.Errorf("the password of %s is not the cluster's", id.User)
		}
	}
}

// TestExportDirectory is made or empty; one with anything in it stays as it is.
func TestExportDirectory(t *testing.T) {
	p := plantest.Of(t, spec.Nodes(1))
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "README.md"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		dir  string
		want error
	}{
		"does not exist": {filepath.Join(t.TempDir(), "a", "b"), nil},
		"is empty":       {t.TempDir(), nil},
		"has a file":     {full, ErrNotEmpty},
	} {
		names, err := Write(p, Conf, tc.dir, false)
		if !errors.Is(err, tc.want) || (err == nil) != slices.Contains(names, "README.md") {
			t.Errorf("%s: %v, %v", name, names, err)
		}
	}
	entries, err := os.ReadDir(full)
	if text, _ := os.ReadFile(filepath.Join(full, "README.md")); err != nil || len(entries) != 1 || string(text) != "mine" { // an error leaves it empty
		t.Errorf("%v in the directory, README.md %q, %v", entries, text, err)
	}
}

// TestHelmReadmeSecrets applies the secret of credentials exactly if the releases need
// one: leaf nodes of a cluster with an operator.
func TestHelmReadmeSecrets(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		auth spec.AuthMode
		leaf bool
		want bool
	}{
		{spec.AuthOperator, true, true}, {spec.AuthOperator, false, false}, {spec.AuthUsers, true, false}, {spec.AuthUsers, false, false},
	} {
		s := spec.Super(1, "east", "west")
		s.Auth = tc.auth
		if tc.leaf {
			s = s.WithLeaf("edge", 1, "east")
		}
		out := spectest.Must(exported{plantest.Of(t, s)}.export(Helm, true))
		if got := strings.Contains(out["README.md"], "creds-secret.yaml"); got != tc.want || got != (out["creds-secret.yaml"] != "") {
			t.Errorf("%s, leaf %v: the README applies it: %v; file of %d bytes", tc.auth, tc.leaf, got, len(out["creds-secret.yaml"]))
		}
	}
}
