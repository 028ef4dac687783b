package natsctx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// now is the instant of every inspection here.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// credsUntil makes the credentials of a user with an end; zero has none.
func credsUntil(t *testing.T, end time.Time) string {
	t.Helper()
	account, err := nkeys.CreateAccount()
	must(t, err)
	public, seed := userKey(t)
	claims := jwt.NewUserClaims(public)
	claims.Name = "alice"
	if !end.IsZero() {
		claims.Expires = end.Unix()
	}
	text, err := claims.Encode(account)
	must(t, err)
	decorated, err := jwt.FormatUserConfig(text, []byte(seed))
	must(t, err)
	return string(decorated)
}

// TestInspect looks at one thing at a time: what is found is about the right
// key, a warning or an error, and says the words.
func TestInspect(t *testing.T) {
	_, seed := userKey(t)
	account, err := nkeys.CreateAccount()
	must(t, err)
	accountSeed, err := account.Seed()
	must(t, err)
	t.Setenv("PATH", t.TempDir()) // no tools
	cert, key := certificate(t, "127.0.0.1", now.Add(Soon+time.Hour))
	ending, endingKey := certificate(t, "127.0.0.1", now.Add(Soon-time.Hour))
	_, otherKey := certificate(t, "127.0.0.1", now.Add(Soon))
	for name, c := range map[string]struct {
		set  Settings
		want string // of each finding: key, then ! for an error or ? for a warning
		says string
	}{
		"nothing":               {Settings{}, "", ""},
		"variable":              {Settings{Token: "env://TOKEN"}, "token", "env://TOKEN"},
		"unset variable":        {Settings{Token: "env://NONE"}, "token!", "not set"},
		"literal":               {Settings{Token: "t"}, "", ""},
		"plaintext":             {Settings{Token: "t", URL: "nats://h.example.net"}, "url?", "h.example.net"},
		"userinfo":              {Settings{URL: "tls://h,tls://u:p@i"}, "url?", "own keys"},
		"invalid":               {Settings{Password: "p"}, "password!", "user"},
		"two problems":          {Settings{Password: "p", Cert: cert}, "password! cert! cert", "key"},
		"tool":                  {Settings{Creds: "op://a/b/c"}, "creds!", `"op" is not installed`},
		"old nsc":               {Settings{NSC: "nsc://O/A/U"}, "nsc!", `"nsc" is not installed`},
		"no end":                {Settings{Creds: secretFile(t, "c", credsUntil(t, time.Time{}))}, "creds", `user "alice"`},
		"far end":               {Settings{Creds: secretFile(t, "c", credsUntil(t, now.Add(Soon)))}, "creds", `user "alice"`},
		"near end":              {Settings{Creds: secretFile(t, "c", credsUntil(t, now.Add(Soon-time.Second)))}, "creds?", "expires soon"},
		"last second":           {Settings{Creds: secretFile(t, "c", credsUntil(t, now.Add(time.Second)))}, "creds?", "expires soon"},
		"end":                   {Settings{Creds: secretFile(t, "c", credsUntil(t, now))}, "creds!", "expired on 2026-03-01"},
		"no credentials":        {Settings{Creds: secretFile(t, "c", seed)}, "creds!", "creds"},
		"no creds file":         {Settings{Creds: "/none"}, "creds!", "/none"},
		"nkey":                  {Settings{NKey: secretFile(t, "n", seed)}, "nkey", ""},
		"nkey of an account":    {Settings{NKey: secretFile(t, "n", string(accountSeed))}, "nkey!", "nkey"},
		"nkey of nobody":        {Settings{NKey: secretFile(t, "n", "garbage")}, "nkey!", "nkey"},
		"relative path":         {Settings{NKey: "n.nk"}, "nkey? nkey!", "current directory"},
		"relative reference":    {Settings{NKey: "file://n.nk"}, "nkey? nkey!", "current directory"},
		"certificate":           {Settings{Cert: cert, Key: key}, "cert key", cert},
		"certificate near end":  {Settings{Cert: ending, Key: endingKey}, "cert? key", "expires soon"},
		"certificate of others": {Settings{Cert: cert, Key: otherKey}, "cert! key", otherKey},
		"no certificate":        {Settings{Cert: "/none", Key: key}, "cert! key", "/none"},
		"no key file":           {Settings{Cert: cert, Key: "/none"}, "cert! key!", "/none"},
		"authority":             {Settings{CA: cert}, "ca", cert},
		"authority near end":    {Settings{CA: ending}, "ca?", "expires soon"},
		"authority, no PEM":     {Settings{CA: key + "x"}, "ca!", "key.pemx"},
	} {
		t.Run(name, func(t *testing.T) {
			found := (&Context{Settings: c.set}).Inspect(t.Context(), envOf("TOKEN", "t0ken"), now)
			var got, said []string
			for _, f := range found {
				mark := map[bool]string{true: "?", false: "!"}[f.Warning]
				if f.Err == nil {
					mark = ""
				}
				got, said = append(got, f.Key+mark), append(said, f.Note+text(f.Err))
			}
			if strings.Join(got, " ") != c.want || !strings.Contains(strings.Join(said, "\n"), c.says) {
				t.Errorf("%q, want %q\n%s\nwant %q", got, c.want, strings.Join(said, "\n"), c.says)
			}
		})
	}
}

func TestInspectReportsTheEnd(t *testing.T) {
	end := now.Add(3 * time.Hour)
	c := Context{Settings: Settings{Creds: secretFile(t, "c", credsUntil(t, end))}}
	found := c.Inspect(t.Context(), noEnv, now)
	if len(found) != 1 || !found[0].Expires.Equal(end) || found[0].Expires.Location() != time.UTC {
		t.Errorf("%+v", found)
	}
	wantErr(t, found[0].Err, ErrExpiring, "on 2026-03-01 15:00:00")
	early, _ := certificate(t, "127.0.0.1", now.Add(time.Hour))
	late, _ := certificate(t, "127.0.0.1", now.Add(2*time.Hour))
	for _, order := range [][]string{{early, late}, {late, early}} {
		path := secretFile(t, "bundle.pem", readAll(t, order[0])+"words\n"+readAll(t, order[1]))
		if got := firstEnd(path); !got.Equal(now.Add(time.Hour)) {
			t.Errorf("%v", got)
		}
	}
	if got := firstEnd(filepath.Join(t.TempDir(), "none")); !got.IsZero() {
		t.Error(got)
	}
	if Soon != 30*24*time.Hour {
		t.Errorf("soon is %v", Soon)
	}
}

// TestInspectTheFile tells its mode and its unknown keys.
func TestInspectTheFile(t *testing.T) {
	s := newStore(t, "x")
	must(t, os.WriteFile(s.Path("x"), []byte(`{"url":"tls://h","token":"t0ken","later":1,"more":2}`), 0o600))
	c, err := s.Load("x")
	must(t, err)
	found := c.Inspect(t.Context(), noEnv, now)
	if len(found) != 2 || found[0].Err != nil || found[0].Note != s.Path("x") || !strings.Contains(found[1].Note, `["later" "more"]`) {
		t.Errorf("%+v", found)
	}
	needsModes(t)
	must(t, os.Chmod(s.Path("x"), 0o640))
	if c, err = s.Load("x"); err != nil {
		t.Fatal(err)
	}
	found = c.Inspect(t.Context(), noEnv, now)
	if found[0].Key != "file" || !errors.Is(found[0].Err, ErrExposed) || found[0].Warning {
		t.Errorf("%+v", found[0])
	}
}

// TestInspectRunsNothing has tools that would leave a trace.
func TestInspectRunsNothing(t *testing.T) {
	needsModes(t)
	bin := t.TempDir()
	ran := filepath.Join(bin, "ran")
	for _, tool := range []string{"op", "nsc"} {
		must(t, os.WriteFile(filepath.Join(bin, tool), []byte("#!/bin/sh\n/bin/touch "+ran+"\n"), 0o700)) //nolint:gosec // a program has to be executable
	}
	t.Setenv("PATH", bin)
	for _, set := range []Settings{{Creds: "op://a/b/c"}, {Creds: "nsc://O/A/U"}, {NSC: "nsc://O/A/U"}, {Token: "op://a/b/c"}} {
		found := (&Context{Settings: set}).Inspect(t.Context(), noEnv, now)
		if len(found) != 1 || found[0].Err != nil || !strings.HasSuffix(found[0].Note, ", not tried") {
			t.Errorf("%v: %+v", set, found)
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a tool was run")
	}
}

func TestEmbed(t *testing.T) {
	creds := credsUntil(t, time.Time{})
	path := secretFile(t, "c", creds)
	set := Settings{Creds: "file://" + path, NKey: path, UserJWT: "file://" + path, UserSeed: "literal", Token: "file://" + path}
	must(t, set.Embed(t.Context(), noEnv))
	want := "data:;base64," + encodeBase64([]byte(creds))
	if set.Creds != want || set.NKey != want || set.UserJWT != want || set.UserSeed != "literal" || set.Token != "file://"+path {
		t.Error("not embedded as it should be")
	}
	last := Settings{UserJWT: "literal", UserSeed: "file://" + path}
	must(t, last.Embed(t.Context(), noEnv))
	if last.UserJWT != "literal" || last.UserSeed != want {
		t.Error("the last is not embedded")
	}
	kept := Settings{Creds: "env://X", NKey: "data:;base64,", UserJWT: "op://a/b/c"}
	before := fmt.Sprint(kept.Creds, kept.NKey, kept.UserJWT)
	must(t, kept.Embed(t.Context(), noEnv))
	if fmt.Sprint(kept.Creds, kept.NKey, kept.UserJWT) != before {
		t.Error("a reference was embedded")
	}
	none := Settings{Creds: "/none"}
	wantErr(t, none.Embed(t.Context(), noEnv), ErrMissing, "creds")
}

func TestReferences(t *testing.T) {
	for value, want := range map[string]bool{
		"env://A": true, "OP://a/b": true, "nsc://O": true, "file://x": true,
		"data:;base64,x": false, "env://": false, "env:// ": false, "plain": false, "vault://x": false, "": false,
	} {
		if IsReference(value) != want {
			t.Errorf("%q is a reference: %v", value, !want)
		}
	}
	dir := t.TempDir()
	t.Chdir(dir)
	here, err := os.Getwd()
	must(t, err)
	for value, want := range map[string]string{
		"": "", "a.creds": filepath.Join(here, "a.creds"), "file://a": filepath.Join(here, "a"), "/a": "/a",
		"~/a": "~/a", "$X/a": "$X/a", "env://A": "env://A", "vault://x": "vault://x", "data:;base64,eA==": "data:;base64,eA==",
	} {
		if got, err := Absolute(value); got != want || err != nil {
			t.Errorf("%q: %q %v, want %q", value, got, err, want)
		}
	}
}

func TestPathsAreExpanded(t *testing.T) {
	home, err := homeDir()
	must(t, err)
	r := resolver{getenv: envOf("DIR", "/d", "EMPTY", "")}
	for ref, want := range map[string]string{
		"/a": "/a", "file:///a": "/a", "$DIR/a": "/d/a", "${DIR}/a": "/d/a", "~": home, "~/a": filepath.Join(home, "a"), "~bob/a": "~bob/a", "a~/b": "a~/b",
	} {
		if got, err := r.path("ca", ref); got != want || err != nil {
			t.Errorf("%q: %q %v, want %q", ref, got, err, want)
		}
	}
	for ref, words := range map[string]string{
		"$NONE/a": `"NONE"`, "$EMPTY/a": `"EMPTY"`, "env://A": `"env"`, "op://a": `"op"`, "data:;base64,": `"data"`, "vault://a": `"vault"`, "file://": "no file", "": "no file",
	} {
		_, err := r.path("ca", ref)
		wantErr(t, err, ErrInvalid, words)
	}
}

// TestToolsThatFail are distinguished, in one line, without their output.
func TestToolsThatFail(t *testing.T) {
	needsModes(t)
	bin := t.TempDir()
	tool := func(name, script string) {
		must(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o700)) //nolint:gosec // a program has to be executable
	}
	t.Setenv("PATH", bin)
	r := resolver{getenv: noEnv}
	fetch := func(ref string) error {
		_, err := r.fetch(t.Context(), "creds", ref)
		return err
	}
	wantErr(t, fetch("op://a/b/c"), ErrSecret, `the tool "op" is not installed`)
	tool("op", "echo s3cret; echo a warning >&2")
	if data, err := r.fetch(t.Context(), "token", "op://a/b/c"); err != nil || string(data) != "s3cret\n" {
		t.Errorf("a tool that warns: %q, %v", data, err)
	}
	tool("op", "echo s3cret; exit 3")
	wantErr(t, fetch("op://a/b/c"), ErrSecret, "op: exit status 3")
	tool("op", "echo s3cret; echo first >&2; echo second >&2; exit 1")
	err := fetch("op://a/b/c")
	wantErr(t, err, ErrSecret, `creds: cannot get the secret from "op://a/b/c": op: exit status 1: first`)
	if said := err.Error(); strings.Contains(said, "second") || strings.Contains(said, "s3cret") {
		t.Error(said)
	}
	for _, said := range []string{"nonsense", "{}", `{"user_creds":""}`} {
		tool("nsc", "echo '"+said+"'")
		wantErr(t, fetch("nsc://O/A/U"), ErrSecret, "nsc returned no user_creds")
	}
	tool("nsc", `echo '{"user_creds":"/none"}'`)
	wantErr(t, fetch("nsc://O/A/U"), ErrMissing, "/none")
	if got := firstLine(" " + strings.Repeat("ü", 150) + "\nx"); len(got) > 203 || !strings.HasPrefix(got, "üü") {
		t.Errorf("%d bytes", len(got))
	}
	if got := firstLine("a\xffb"); got != "a?b" {
		t.Errorf("%q", got)
	}
}

// TestASignalEndsATool that has a child of its own, which keeps its output open.
func TestASignalEndsATool(t *testing.T) {
	needsModes(t)
	bin := t.TempDir()
	must(t, os.WriteFile(filepath.Join(bin, "op"), []byte("#!/bin/sh\n: > $0.began\n/bin/sleep 20 &\nwait\n"), 0o700)) //nolint:gosec // a program has to be executable
	t.Setenv("PATH", bin)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		testcluster.Await(t, "start of the tool", func() bool { _, err := os.Stat(filepath.Join(bin, "op.began")); return err == nil })
	}()
	start := time.Now()
	_, err := resolver{getenv: noEnv}.fetch(ctx, "creds", "op://a/b/c")
	wantErr(t, err, context.Canceled, "creds: cannot get the secret")
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("ended after %v", took)
	}
}

func TestFieldsAreCopied(t *testing.T) {
	all := Fields()
	all[0].Key = "changed"
	if Fields()[0].Key != "description" {
		t.Error("the table was changed from outside")
	}
	list := Settings{WinCAMatch: []string{"a"}}
	var to Settings
	to.Fill(&list)
	list.WinCAMatch[0] = "b"
	if !slices.Equal(to.WinCAMatch, []string{"a"}) {
		t.Error("a list is shared")
	}
}
