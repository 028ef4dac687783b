package natsctx

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// needsModes skips a test of mode bits where there are none.
func needsModes(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no mode bits")
	}
}

// TestWhoMayReadASecret judges every mode bit of others, for a file of one's own
// and for one of somebody else.
func TestWhoMayReadASecret(t *testing.T) {
	const me, other = 1000, 65534
	for _, c := range []struct {
		access          access
		exposed, shared bool
		foreign         string // "" when references are followed
	}{
		{access{me, me, 0o600, false}, false, false, ""},
		{access{me, me, 0o400, false}, false, false, ""},
		{access{me, me, 0o700, false}, false, false, ""},
		{access{me, me, 0o640, false}, true, false, ""},
		{access{me, me, 0o620, false}, true, false, "0620"},
		{access{me, me, 0o610, false}, true, false, ""},
		{access{me, me, 0o604, false}, true, false, ""},
		{access{me, me, 0o602, false}, true, false, "0602"},
		{access{me, me, 0o601, false}, true, false, ""},
		{access{me, me, 0o440, true}, false, false, ""}, // a read-only mount: no chmod can help
		{access{me, me, 0o444, true}, false, true, ""},
		{access{me, me, 0o666, true}, false, true, ""},
		{access{0, me, 0o440, false}, false, false, ""}, // as an orchestrator mounts it
		{access{0, me, 0o644, false}, false, true, ""},
		{access{0, me, 0o642, false}, false, true, "0642"},
		{access{0, me, 0o660, false}, false, false, "0660"},
		{access{other, me, 0o600, false}, false, false, "uid 65534"},
		{access{other, me, 0o644, false}, false, true, "uid 65534"},
		{access{other, 0, 0o600, false}, false, false, "uid 65534"}, // root does not trust it either
		{access{0, 0, 0o644, false}, true, false, ""},
		{access{}, false, false, ""}, // as on Windows
	} {
		a := c.access
		if a.exposed() != c.exposed || a.shared() != c.shared {
			t.Errorf("%+v: exposed %v, shared %v", a, a.exposed(), a.shared())
		}
		if why := a.foreign(); (why == "") != (c.foreign == "") || !strings.Contains(why, c.foreign) {
			t.Errorf("%+v: foreign %q, want %q", a, why, c.foreign)
		}
	}
}

// TestAccessOfAFile reads owner and mode from the file system.
func TestAccessOfAFile(t *testing.T) {
	needsModes(t)
	path := secretFile(t, "x", "x")
	for _, mode := range []os.FileMode{0o600, 0o640, 0o604, 0o666} {
		must(t, os.Chmod(path, mode))
		info, err := os.Stat(path)
		must(t, err)
		if got, want := accessOf(path, info), (access{os.Geteuid(), os.Geteuid(), mode, false}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if os.Geteuid() != 0 {
		return // only root can give a file away
	}
	must(t, os.Chown(path, 65534, 65534))
	info, err := os.Stat(path)
	must(t, err)
	if got := accessOf(path, info); got.owner != 65534 || got.self != 0 {
		t.Errorf("%+v", got)
	}
}

func TestReadSecretFile(t *testing.T) {
	for content, want := range map[string]string{"s3cret": "s3cret", "s3cret\n": "s3cret", "s3cret\r\n\n": "s3cret", " s3\nret ": " s3\nret "} {
		got, warning, err := ReadSecretFile("password-file", secretFile(t, "pw", content))
		if got != want || warning != nil || err != nil {
			t.Errorf("%q: %q %v %v", content, got, warning, err)
		}
	}
	_, _, err := ReadSecretFile("password-file", secretFile(t, "pw", "\n"))
	wantErr(t, err, ErrSecret, "password-file: cannot get the secret")
	wantErr(t, err, ErrSecret, "empty")
	_, _, err = ReadSecretFile("password-file", filepath.Join(t.TempDir(), "none"))
	wantErr(t, err, ErrMissing, "password-file")
	exact := strings.Repeat("x", maxSecret)
	if got, _, err := ReadSecretFile("k", secretFile(t, "big", exact)); got != exact || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	_, _, err = ReadSecretFile("k", secretFile(t, "big", exact+"x"))
	wantErr(t, err, ErrSecret, "larger than 262144 bytes")
	_, _, err = ReadSecretFile("k", t.TempDir())
	wantErr(t, err, ErrSecret, "not a regular file")
}

// TestExposedSecretIsRefusedUnread refuses each way in which others may read or
// change a file of one's own.
func TestExposedSecretIsRefusedUnread(t *testing.T) {
	needsModes(t)
	path := secretFile(t, "pw", "s3cret")
	for _, mode := range []os.FileMode{0o640, 0o620, 0o604, 0o602, 0o601, 0o610, 0o666, 0o777} {
		must(t, os.Chmod(path, mode))
		got, warning, err := ReadSecretFile("k", path)
		wantErr(t, err, ErrExposed, "mode 0"+strconv.FormatInt(int64(mode), 8))
		if got != "" || warning != nil {
			t.Errorf("%o: read %q, %v", mode, got, warning)
		}
	}
}

// TestMountedSecretIsRead is the file of an orchestrator: another user's, which
// the reader cannot chmod.
func TestMountedSecretIsRead(t *testing.T) {
	needsModes(t)
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file away")
	}
	path := secretFile(t, "pw", "s3cret\n")
	must(t, os.Chown(path, 65534, 65534))
	for mode, shared := range map[os.FileMode]bool{0o400: false, 0o440: false, 0o444: true, 0o646: true} {
		must(t, os.Chmod(path, mode))
		got, warning, err := ReadSecretFile("k", path)
		if got != "s3cret" || err != nil || errors.Is(warning, ErrShared) != shared {
			t.Errorf("%o: %q, warning %v, error %v", mode, got, warning, err)
		}
	}
	must(t, os.Chmod(path, 0o444)) //nolint:gosec // as it is mounted
	target, err := Resolve(newStore(t), Overrides{Settings: Settings{User: "u", Password: "file://" + path}}, noEnv)
	must(t, err)
	d, err := target.Dial(t.Context())
	must(t, err)
	if len(d.Warnings) != 1 || !errors.Is(d.Warnings[0], ErrShared) {
		t.Errorf("warnings %v", d.Warnings)
	}
	c := Context{Settings: Settings{User: "u", Password: "file://" + path}}
	var warned int
	for _, f := range c.Inspect(t.Context(), noEnv, time.Now()) {
		if f.Warning && errors.Is(f.Err, ErrShared) && f.Key == "password" {
			warned++
		}
	}
	if warned != 1 {
		t.Errorf("warned %d times", warned)
	}
}

// TestReferencesOfAForeignFileAreNotFollowed writes contexts that another user
// could have written: nothing of this user is read, run or sent for them, and
// what the command line itself names still counts.
func TestReferencesOfAForeignFileAreNotFollowed(t *testing.T) {
	needsModes(t)
	_, creds, jwt, seed := operator(t)
	mine := secretFile(t, "mine", creds)
	ran := filepath.Join(t.TempDir(), "ran")
	bin := t.TempDir()
	for _, tool := range []string{"op", "nsc"} {
		must(t, os.WriteFile(filepath.Join(bin, tool), []byte("#!/bin/sh\ntouch "+ran+"\necho x\n"), 0o700)) //nolint:gosec // a program has to be executable
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	env := envOf("SECRET", "s3cret", "CREDS", creds)
	for name, c := range map[string]struct {
		set Settings
		key string
	}{
		"variable":       {Settings{User: "u", Password: "env://SECRET"}, "password"},
		"token":          {Settings{Token: "env://SECRET"}, "token"},
		"file":           {Settings{Token: "file://" + mine}, "token"},
		"creds":          {Settings{Creds: mine}, "creds"},
		"creds variable": {Settings{Creds: "env://CREDS"}, "creds"},
		"nkey":           {Settings{NKey: mine}, "nkey"},
		"op":             {Settings{Creds: "op://vault/item/field"}, "creds"},
		"nsc":            {Settings{Creds: "nsc://O/A/U"}, "creds"},
		"old nsc":        {Settings{NSC: "nsc://O/A/U"}, "nsc"},
		"jwt":            {Settings{UserJWT: "env://CREDS"}, "user_jwt"},
		"seed":           {Settings{UserJWT: "j", UserSeed: "env://SECRET"}, "user_seed"},
		"key":            {Settings{Cert: mine, Key: mine}, "key"},
	} {
		s := newStore(t)
		c.set.URL = "tls://h"
		must(t, s.Create(&Context{Name: "x", Settings: c.set}))
		must(t, os.Chmod(s.Path("x"), 0o622))
		for _, by := range []string{"x", s.Path("x")} {
			target, err := Resolve(s, Overrides{Context: by}, env)
			must(t, err)
			why := "mode 0622 lets others write"
			if target.stored.holdsSecret() { // then the mode is refused as such
				target.access = access{owner: target.access.self + 1, self: target.access.self}
				why = "belongs to another user"
			}
			_, err = target.Dial(t.Context())
			wantErr(t, err, ErrForeign, c.key+": the reference in "+s.Path("x")+" is not followed")
			wantErr(t, err, ErrForeign, why)
			var found bool
			for _, f := range target.Inspect(t.Context(), env, time.Now()) {
				found = found || f.Key == c.key && errors.Is(f.Err, ErrForeign) && !f.Warning
			}
			if !found {
				t.Errorf("%s: the inspection is silent", name)
			}
		}
		target, err := Resolve(s, Overrides{Context: "x", Settings: Settings{Creds: mine}}, env)
		must(t, err)
		target.stored, target.access.mode = Settings{}, 0o622
		if _, err := target.Dial(t.Context()); c.key != "key" && err != nil {
			t.Errorf("%s: creds of the command line: %v", name, err)
		}
		must(t, os.Chmod(s.Path("x"), 0o600))
		target, err = Resolve(s, Overrides{Context: "x"}, env)
		must(t, err)
		if _, err := target.Dial(t.Context()); errors.Is(err, ErrForeign) {
			t.Errorf("%s: one's own file: %v", name, err)
		}
		if _, err := os.Stat(ran); (err == nil) != (strings.HasPrefix(c.set.Creds, "op") || strings.HasPrefix(c.set.Creds+c.set.NSC, "nsc")) {
			t.Errorf("%s: a tool ran: %v", name, err == nil)
		}
		_ = os.Remove(ran)
	}
	s := newStore(t)
	must(t, s.Create(&Context{Name: "own", Settings: Settings{URL: "tls://h", UserJWT: jwt, UserSeed: "data:;base64," + encodeBase64([]byte(seed))}}))
	target, err := Resolve(s, Overrides{Context: "own"}, env)
	must(t, err)
	target.access.owner++
	if _, err := target.Dial(t.Context()); err != nil {
		t.Errorf("what a foreign file holds itself: %v", err)
	}
}

// TestAPipeDoesNotHangTheReader opens a FIFO that nobody writes to.
func TestAPipeDoesNotHangTheReader(t *testing.T) {
	needsModes(t)
	path := filepath.Join(t.TempDir(), "fifo")
	must(t, exec.Command("mkfifo", "-m", "600", path).Run())
	_, _, err := ReadSecretFile("k", path)
	wantErr(t, err, ErrSecret, "not a regular file")
	_, err = LoadFile(path)
	wantErr(t, err, ErrCorrupt, "not a regular file")
}
