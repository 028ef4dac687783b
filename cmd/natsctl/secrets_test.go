package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// planted are secrets as a careless user plants them: each in every place of a
// context, a URL and the environment that takes it.
type planted struct {
	contexts map[string]natsctx.Settings
	env      map[string]string
	seed     string
	words    []string // what must not be seen
}

func plant(t *testing.T) planted {
	user, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	const nowhere = "nats://127.0.0.1:1"
	inline := base64.StdEncoding.EncodeToString([]byte("-----BEGIN NATS USER JWT-----\nCREDS-SECRET\n------END NATS USER JWT------\n" + string(seed)))
	return planted{
		contexts: map[string]natsctx.Settings{
			"password": {URL: nowhere, User: "bob", Password: "PASSWORD-SECRET"},
			"token":    {URL: nowhere, Token: "TOKEN-SECRET"},
			"jwt":      {URL: nowhere, UserJWT: "JWT-SECRET", UserSeed: string(seed)},
			"creds":    {URL: nowhere, Creds: "data:;base64," + inline},
			"nkey":     {URL: nowhere, NKey: string(seed)},
			"url":      {URL: "nats://bob:URL-SECRET@127.0.0.1:1,nats://bob:URL-SECRET@127.0.0.1:1"},
			"odd":      {URL: "nats://bob:URL-SECRET/?#x@127.0.0.1:1"},
			"proxy":    {URL: nowhere, SocksProxy: "socks5://bob:PROXY-SECRET@127.0.0.1:1"},
		},
		env: map[string]string{
			"NATS_USER": "eve", "NATS_PASSWORD": "ENV-SECRET", "ENV_TOKEN": "ENV-SECRET", "NATS_SEED": string(seed), "NATS_SOCKS_PROXY": "socks5://eve:ENV-SECRET@127.0.0.1:1",
		},
		seed:  string(seed),
		words: []string{"-SECRET", string(seed), inline},
	}
}

// TestSecretsAreNotShown asks every command that looks at contexts or connects
// with them, in every format, with and without the environment, and looks for
// the secrets in everything that it prints.
func TestSecretsAreNotShown(t *testing.T) {
	p := plant(t)
	home := t.TempDir()
	store := natsctx.Open(home)
	if err := store.Create(&natsctx.Context{Name: "first"}); err != nil { // makes the directory
		t.Fatal(err)
	}
	for name, set := range p.contexts {
		body, err := json.Marshal(set)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(home, "nats", "context", name+".json"), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func(vars map[string]string, args ...string) {
		var out bytes.Buffer
		code := run(args, &cli.Env{
			In: strings.NewReader(""), Out: &out, Err: &out, Width: func() int { return 120 }, Now: time.Now,
			Getenv: func(name string) string {
				if name == "XDG_CONFIG_HOME" {
					return home
				}
				return vars[name]
			},
		})
		for _, word := range p.words {
			if strings.Contains(out.String(), word) {
				t.Errorf("natsctl %q with %d variables (exit code %d) shows %q:\n%s", args, len(vars), code, word, out.String())
			}
		}
	}
	for name := range p.contexts {
		for _, vars := range []map[string]string{nil, p.env} {
			for _, format := range []string{"wide", "json", "yaml"} {
				check(vars, "context", "ls", "-o", format)
				check(vars, "context", "show", name, "-o", format)
				check(vars, "context", "validate", name, "--connect", "-o", format)
				check(vars, "--context", name, "--trace", "server", "ls", "-o", format)
			}
			check(vars, "--context", name, "-s", "nats://eve:FLAG-SECRET@127.0.0.1:1", "server", "ls")
			check(vars, "--no-context", "-s", "nats://eve:FLAG-SECRET@127.0.0.1:x", "server", "ls")
			check(vars, "context", "edit", name, "--description", "x", "-s", "gopher://bob:FLAG-SECRET@h")
			check(vars, "context", "add", name, "-s", "nats://bob:FLAG-SECRET@h")
			check(vars, "context", "copy", name, name)
			check(vars, "context", "add", "seed", "--nkey", p.seed)
			check(vars, "context", "edit", name, "--creds", p.seed)
			check(vars, "--no-context", "--nkey", p.seed, "server", "ls")
			check(vars, "--no-context", "--creds", "file://"+p.seed, "server", "ls")
			check(vars, "account", "info", "--context", name, "--socks-proxy", "socks4://bob:FLAG-SECRET@h")
			check(vars, "__complete", "bash", "--context", name, "server", "info", "")
		}
	}
}

// findArgv looks for the secrets of all contexts of the script in the command
// lines of all processes, which everybody on the machine can read.
func findArgv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: argv")
	}
	store := natsctx.Open(ts.Getenv("XDG_CONFIG_HOME"))
	names, err := store.Names()
	ts.Check(err)
	secrets := map[string]string{}
	for _, name := range names {
		c, err := store.Load(name)
		ts.Check(err)
		for _, secret := range []string{c.Password, c.Token, c.UserSeed, c.UserJWT, seedIn(c.Creds), seedIn(c.NKey)} {
			if secret != "" {
				secrets[secret] = name
			}
		}
	}
	if len(secrets) == 0 {
		ts.Fatalf("%d contexts have no secret to look for", len(names))
	}
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	ts.Check(err)
	for _, path := range lines {
		argv, _ := os.ReadFile(path) // a process may have ended
		for secret, name := range secrets {
			if bytes.Contains(argv, []byte(secret)) {
				ts.Fatalf("%s holds a secret of context %s", path, name)
			}
		}
	}
	ts.Logf("%d secrets, %d processes", len(secrets), len(lines))
}

// seedIn is the seed in a file of credentials, "" without one.
func seedIn(path string) string {
	body, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	pair, err := nkeys.ParseDecoratedNKey(body)
	if err != nil {
		return ""
	}
	seed, _ := pair.Seed()
	return string(seed)
}
