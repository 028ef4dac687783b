package authcmd

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
)

// TestNkey makes, signs and verifies as nk does, both ways.
func TestNkey(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string, mode os.FileMode) string {
		if err := os.WriteFile(at(name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return at(name)
	}
	c := console{T: t}
	message := write("message", "hello\n", 0o644)
	for _, kind := range auth.KeyTypes() {
		out, words, code := c.run("nkey", "gen", kind, "--out", at(kind))
		info, err := os.Stat(at(kind))
		if err != nil || code != cli.ExitOK || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: exit %d, %v, %v: %s", kind, code, err, info, words)
		}
		seed, err := os.ReadFile(at(kind))
		if err != nil {
			t.Fatal(err)
		}
		public := strings.TrimSpace(out)
		if strings.Contains(out+words, strings.TrimSpace(string(seed))) || auth.KindOfKey(public) != kind {
			t.Errorf("%s: %s%s", kind, out, words)
		}
		if out, _, _ := c.run("nkey", "pub", at(kind)); strings.TrimSpace(out) != public {
			t.Errorf("public key of %s: %q, want %s", kind, out, public)
		}
		out, words, code = c.run("nkey", "sign", message, "--key", at(kind))
		if kind == "curve" {
			if code != cli.ExitFailed {
				t.Errorf("a curve key signs: exit %d: %s%s", code, out, words)
			}
			continue
		}
		pair, err := nkeys.FromSeed([]byte(strings.TrimSpace(string(seed)))) // as nk reads it
		if err != nil {
			t.Fatal(err)
		}
		sig, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(out))
		if err != nil || pair.Verify([]byte("hello\n"), sig) != nil {
			t.Errorf("the signature of %s: %v: %s%s", kind, err, out, words)
		}
		for _, by := range [][]string{{"--key", at(kind)}, {"--pub", public}, {"--pub", write("pub", public+"\n", 0o644)}} {
			args := append([]string{"nkey", "verify", message, "--sig", write("sig", out, 0o644)}, by...)
			if out, words, code := c.run(args...); out != "Verified OK\n" || code != cli.ExitOK {
				t.Errorf("%q: exit %d: %s%s", by, code, out, words)
			}
		}
		spoiled := write("spoiled", "hello!\n", 0o644)
		if out, _, code := c.run("nkey", "verify", spoiled, "--sig", at("sig"), "--pub", public); out != "" || code != cli.ExitAuth {
			t.Errorf("another file is verified: exit %d: %s", code, out)
		}
		if out, _, code := c.run("nkey", "verify", message, "--sig", spoiled, "--pub", public); out != "" || code != cli.ExitAuth {
			t.Errorf("garbage is verified: exit %d: %s", code, out)
		}
	}
}

// TestSeedsStayPrivate gives no seed to a pipe, overwrites no file, and reads none
// that others can read.
func TestSeedsStayPrivate(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there")
	seed, _, err := auth.NewKey("user")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there, seed, 0o644); err != nil {
		t.Fatal(err)
	}
	pipe, screen := console{T: t}, console{T: t, tty: true}
	for name, c := range map[string]struct {
		on   console
		args string
		code int
	}{
		"into a pipe":          {pipe, "gen user --show-secrets", cli.ExitUsage},
		"into a pipe as JSON":  {pipe, "gen user --show-secrets -o json", cli.ExitUsage},
		"nowhere":              {screen, "gen user", cli.ExitUsage},
		"over a file":          {pipe, "gen user --out " + there, cli.ExitUsage},
		"no such type":         {pipe, "gen friend --out " + there + "2", cli.ExitUsage},
		"pub of an open file":  {pipe, "pub " + there, cli.ExitFailed},
		"sign with an open":    {pipe, "sign " + there + " --key " + there, cli.ExitFailed},
		"verify without a key": {pipe, "verify " + there + " --sig " + there, cli.ExitUsage},
	} {
		out, words, code := c.on.run(append([]string{"nkey"}, strings.Fields(c.args)...)...)
		if code == cli.ExitOK || c.code == cli.ExitUsage && code != cli.ExitUsage || out != "" || strings.Contains(words, string(seed)) {
			t.Errorf("%s: exit %d: %s%s", name, code, out, words)
		}
	}
	if kept, err := os.ReadFile(there); err != nil || string(kept) != string(seed) {
		t.Errorf("the file was changed: %v", err)
	}
	out, _, code := screen.run("nkey", "gen", "user", "--show-secrets")
	if lines := strings.Fields(out); code != cli.ExitOK || len(lines) != 2 || !strings.HasPrefix(lines[0], "SU") || !strings.HasPrefix(lines[1], "U") {
		t.Errorf("on a terminal: exit %d, %d lines", code, strings.Count(out, "\n"))
	}
}
