package natsctx

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/jsm.go/natscontext"
)

// oneOfEach is a context for every key, with what the key cannot be without.
func oneOfEach() map[string]Settings {
	return map[string]Settings{
		"description":            {Description: `ünder "quotes" & <brackets>`},
		"url":                    {URL: "tls://a.example.net:4222,tls://b.example.net"},
		"socks_proxy":            {SocksProxy: "socks5://proxy.example.net:1080"},
		"token":                  {Token: "t0ken"},
		"user":                   {User: "alice"},
		"password":               {User: "alice", Password: `p&ss\"`},
		"creds":                  {Creds: "/etc/alice.creds"},
		"nkey":                   {NKey: "/etc/alice.nk"},
		"cert":                   {Cert: "/etc/alice.pem", Key: "/etc/alice.key"},
		"key":                    {Cert: "/etc/alice.pem", Key: "/etc/other.key"},
		"ca":                     {CA: "/etc/ca.pem"},
		"nsc":                    {NSC: "nsc://Op/Acct/User"},
		"jetstream_domain":       {JSDomain: "HUB"},
		"jetstream_api_prefix":   {JSAPIPrefix: "JS.HUB.API"},
		"jetstream_event_prefix": {JSEventPrefix: "JS.HUB.EVENT"},
		"inbox_prefix":           {InboxPrefix: "_INBOX.alice"},
		"user_jwt":               {UserJWT: "eyJ0"},
		"user_seed":              {UserJWT: "eyJ0", UserSeed: "env://SEED"},
		"color_scheme":           {ColorScheme: "red"},
		"tls_first":              {TLSFirst: true},
		"windows_cert_store":     {WinCertStore: "user", WinCertMatch: "alice", WinCertMatchBy: "subject"},
		"windows_cert_match_by":  {WinCertStore: "machine", WinCertMatch: "alice", WinCertMatchBy: "issuer"},
		"windows_cert_match":     {WinCertStore: "user", WinCertMatch: "bob", WinCertMatchBy: "subject"},
		"windows_ca_certs_match": {WinCAMatch: []string{"CN=one", "CN=two"}},
	}
}

// shared is a store that the library of the nats CLI uses too, and a fake nsc.
func shared(t *testing.T) *Store {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the fake nsc is a shell script")
	}
	root := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", root)
	bin := t.TempDir()
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	creds := filepath.Join(bin, "user.creds")
	must(t, os.WriteFile(filepath.Join(bin, "nsc"), []byte("#!/bin/sh\n"+
		`[ "$*" = "generate profile nsc://Op/Acct/User" ] || { echo "bad call: $*" >&2; exit 1; }`+"\n"+
		`echo '{"user_creds":"`+creds+`","operator":{"service":["nats://nsc.example.net"]}}'`+"\n"), 0o700)) //nolint:gosec // a program has to be executable
	return Open(root)
}

// theirs is what the library says that a context holds.
func theirs(t *testing.T, c *natscontext.Context) Settings {
	t.Helper()
	body, err := c.MarshalJSON()
	must(t, err)
	var s Settings
	must(t, json.Unmarshal(body, &s))
	return s
}

func TestTheNatsCLIReadsWhatWeWrite(t *testing.T) {
	s := shared(t)
	if len(oneOfEach()) != len(fields) {
		t.Fatalf("%d contexts for %d keys", len(oneOfEach()), len(fields))
	}
	for key, want := range oneOfEach() {
		if want.URL == "" && want.NSC == "" {
			want.URL = "nats://127.0.0.1:4222" // the library fills it in
		}
		must(t, s.Create(&Context{Name: key, Settings: want}))
		loaded, err := natscontext.New(key, true)
		must(t, err)
		if diff := cmp.Diff(want, theirs(t, loaded)); diff != "" {
			t.Errorf("%s (-ours +theirs):\n%s", key, diff)
		}
		if want.WinCertStore != "" && runtime.GOOS != "windows" {
			continue // the library saves it on Windows only
		}
		before := readAll(t, s.Path(key))
		must(t, loaded.Save(key))
		if diff := cmp.Diff(before, readAll(t, s.Path(key))); diff != "" {
			t.Errorf("%s: saved by the library it is not the same (-ours +theirs):\n%s", key, diff)
		}
	}
	names, err := s.Names()
	must(t, err)
	if diff := cmp.Diff(natscontext.KnownContexts(), names); diff != "" {
		t.Error(diff)
	}
}

func readAll(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return string(data)
}

func TestWeReadWhatTheNatsCLIWrites(t *testing.T) {
	s := shared(t)
	for key, want := range oneOfEach() {
		want.URL = "nats://x:1"
		body, err := json.Marshal(want)
		must(t, err)
		must(t, os.MkdirAll(s.contextDir(), 0o700))
		must(t, os.WriteFile(s.Path(key), body, 0o600)) // not their formatting yet
		c, err := natscontext.New(key, true)
		must(t, err)
		if want.WinCertStore == "" || runtime.GOOS == "windows" { // elsewhere the library does not save it
			must(t, c.Save(key))
		} else {
			must(t, s.Update(key, func(*Context) error { return nil }))
		}
		got, err := s.Load(key)
		must(t, err)
		if diff := cmp.Diff(want, got.Settings); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
		data, err := got.Encode()
		must(t, err)
		if diff := cmp.Diff(readAll(t, s.Path(key)), string(data)); diff != "" {
			t.Errorf("%s: bytes differ (-theirs +ours):\n%s", key, diff)
		}
		if _, err := Resolve(s, Overrides{Context: key}, noEnv); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestSelectionIsShared(t *testing.T) {
	s := shared(t)
	for _, name := range []string{"a", "b", "we ird*name"} {
		must(t, s.Create(&Context{Name: name}))
	}
	must(t, s.Select("a"))
	must(t, s.Select("we ird*name"))
	if got, before := natscontext.SelectedContext(), natscontext.PreviousContext(); got != "we ird*name" || before != "a" {
		t.Errorf("they see %q selected and %q before", got, before)
	}
	must(t, natscontext.SelectContext("b"))
	selected, err := s.Selected()
	must(t, err)
	previous, err := s.Previous()
	must(t, err)
	if selected != "b" || previous != "we ird*name" {
		t.Errorf("we see %q selected and %q before", selected, previous)
	}
	_, err = s.Unselect()
	must(t, err)
	if got := natscontext.SelectedContext(); got != "" {
		t.Errorf("they see %q selected", got)
	}
	must(t, natscontext.SelectContext("a"))
	must(t, natscontext.UnSelectContext())
	if name, err := s.SelectPrevious(); name != "a" || err != nil {
		t.Error(name, err)
	}
}

// TestTheNatsCLIItself does both ways with the program, where NATS_CLI names one.
func TestTheNatsCLIItself(t *testing.T) {
	cli := os.Getenv("NATS_CLI")
	if cli == "" {
		t.Skip("NATS_CLI names no nats program")
	}
	s := shared(t)
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command(cli, args...)
		cmd.Env = append(os.Environ(), "EDITOR=true")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("nats %v: %v: %s", args, err, out)
		}
	}
	for key, set := range oneOfEach() {
		if set.URL = "nats://x:1"; set.NSC != "" || set.WinCertStore != "" || set.WinCAMatch != nil {
			continue // it turns nsc into creds, knows the store on Windows only, and cannot edit a list
		}
		must(t, s.Create(&Context{Name: key, Settings: set}))
		before := readAll(t, s.Path(key))
		run("context", "edit", key) // loads it, and saves it unchanged
		if diff := cmp.Diff(before, readAll(t, s.Path(key))); diff != "" {
			t.Errorf("%s: saved by the program it is not the same (-ours +theirs):\n%s", key, diff)
		}
	}
	run("context", "add", "theirs", "--server", "tls://y:1", "--user", "bob", "--password", "p&<>", "--tlsfirst", "--select")
	c, err := s.Load("theirs")
	must(t, err)
	if diff := cmp.Diff(Settings{URL: "tls://y:1", User: "bob", Password: "p&<>", TLSFirst: true}, c.Settings); diff != "" {
		t.Error(diff)
	}
	before := readAll(t, s.Path("theirs"))
	must(t, s.Update("theirs", func(c *Context) error { c.Description = "x"; return nil }))
	must(t, s.Update("theirs", func(c *Context) error { c.Description = ""; return nil }))
	if diff := cmp.Diff(before, readAll(t, s.Path("theirs"))); diff != "" {
		t.Errorf("(-theirs +ours):\n%s", diff)
	}
	must(t, s.Select("url"))
	run("context", "previous")
	if name, err := s.Selected(); name != "theirs" || err != nil {
		t.Error(name, err)
	}
}
