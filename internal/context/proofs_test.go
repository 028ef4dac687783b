package natsctx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// optionsOf applies what a target dials with.
func optionsOf(t *testing.T, d Dial) nats.Options {
	t.Helper()
	o := nats.GetDefaultOptions()
	for _, set := range d.Options {
		must(t, set(&o))
	}
	return o
}

// TestRotatedCredentialsAreRead reads a file of credentials again for each login, and
// keeps what was no file.
func TestRotatedCredentialsAreRead(t *testing.T) {
	one, other := credsUntil(t, time.Time{}), credsUntil(t, time.Now().Add(time.Hour))
	path := secretFile(t, "c", one)
	for ref, again := range map[string]bool{path: true, "file://" + path: true, "env://CREDS": false, "data:;base64," + encodeBase64([]byte(one)): false} {
		must(t, os.WriteFile(path, []byte(one), 0o600))
		target := &Target{Context: Context{Settings: Settings{Creds: ref}}, Timeout: time.Second, getenv: envOf("CREDS", one)}
		d, err := target.Dial(t.Context())
		must(t, err)
		o := optionsOf(t, d)
		before, err := o.UserJWT()
		must(t, err)
		must(t, os.WriteFile(path, []byte(other), 0o600))
		after, err := o.UserJWT()
		must(t, err)
		if (before != after) != again {
			t.Errorf("%.12s: read again %v, want %v", ref, before != after, again)
		}
	}
}

// TestNoProofIsLeftOut fails when one of two proofs cannot be read, and uses the user of
// an nsc reference also where the servers are named.
func TestNoProofIsLeftOut(t *testing.T) {
	for name, set := range map[string]Settings{
		"credentials, and a token": {Creds: "env://NONE", Token: "t"},
		"a token, and credentials": {Creds: "data:;base64," + encodeBase64([]byte(credsUntil(t, time.Time{}))), Token: "env://NONE"},
		"plain data":               {Creds: "data:text/plain,aGk="},
		"data without a comma":     {Creds: "data:;base64"},
	} {
		target := &Target{Context: Context{Settings: set}, Timeout: time.Second, getenv: noEnv}
		if d, err := target.Dial(t.Context()); err == nil {
			t.Errorf("%s: %d options", name, len(d.Options))
		}
	}
	for _, rest := range []string{"text/plain,aGk=", ";base64", ";base64,%"} {
		if data, err := decodeData(rest); err == nil {
			t.Errorf("data:%s is %q", rest, data)
		}
	}
	needsModes(t)
	path := secretFile(t, "c", credsUntil(t, time.Time{}))
	bin := t.TempDir()
	must(t, os.WriteFile(filepath.Join(bin, "nsc"), []byte("#!/bin/sh\necho '{\"user_creds\":\""+path+"\",\"operator\":{\"service\":[\"nats://a\"]}}'\n"), 0o700)) //nolint:gosec // a program has to be executable
	t.Setenv("PATH", bin)
	for url, want := range map[string]string{"": "nats://a", "nats://own": "nats://own"} {
		for name, set := range map[string]Settings{"nsc": {NSC: "nsc://O/A/U"}, "creds": {Creds: "nsc://O/A/U"}} {
			set.URL = url
			d, err := (&Target{Context: Context{Settings: set}, Timeout: time.Second, getenv: noEnv}).Dial(t.Context())
			must(t, err)
			if o := optionsOf(t, d); o.UserJWT == nil || d.URL() != want {
				t.Errorf("%s with %q: %q, has credentials %v", name, url, d.URL(), o.UserJWT != nil)
			}
		}
	}
}

// TestInspectLooksAtTheWholeFile finds credentials that lack the seed.
func TestInspectLooksAtTheWholeFile(t *testing.T) {
	whole := credsUntil(t, time.Time{})
	half, _, _ := strings.Cut(whole, "-----BEGIN USER NKEY SEED")
	for text, good := range map[string]bool{whole: true, half: false, "x": false} {
		c := &Context{Name: "x", Settings: Settings{URL: "tls://h", Creds: secretFile(t, "c", text)}}
		var failed error
		for _, f := range c.Inspect(t.Context(), noEnv, time.Now()) {
			if f.Key == "creds" && !f.Warning {
				failed = f.Err
			}
		}
		if (failed == nil) != good {
			t.Errorf("%d bytes: %v", len(text), failed)
		}
	}
}

// TestNamesGoOn lists the contexts behind a file that is none, and knows the servers
// behind a URL that cannot be read.
func TestNamesGoOn(t *testing.T) {
	s := newStore(t, "a", "z")
	must(t, os.WriteFile(s.Path("m"), nil, 0o600))
	if names, err := s.Names(); err != nil || len(names) != 2 || names[1] != "z" {
		t.Errorf("%q, %v", names, err)
	}
	if got := addresses("nats://%zz,nats://B"); len(got) != 1 || got[0] != "b:4222" {
		t.Errorf("%q", got)
	}
}
