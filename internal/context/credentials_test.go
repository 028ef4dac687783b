package natsctx

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestAuthNamesWhatIsUsed takes the kinds in the order of the nats CLI.
func TestAuthNamesWhatIsUsed(t *testing.T) {
	rising := []Settings{
		{},
		{Key: "k.pem", Cert: "c.pem"},
		{Token: "t0ken"},
		{NSC: "nsc://O/A/U"},
		{UserJWT: "eyJ", UserSeed: "SU"},
		{NKey: "n.nk"},
		{Creds: "c.creds"},
		{User: "alice"},
	}
	want := []string{"", "key", "token", "nsc", "user_jwt", "nkey", "creds", "user"}
	var all Settings
	for i, set := range rising {
		all.Fill(&set)
		if set.Auth() != want[i] || all.Auth() != want[i] {
			t.Errorf("%v is %q, all so far %q, want %q", set, set.Auth(), all.Auth(), want[i])
		}
	}
	if got := (&Settings{WinCertStore: "user"}).Auth(); got != "key" {
		t.Errorf("a certificate of the Windows store is %q", got)
	}
	if got := (&Settings{Cert: "c.pem", CA: "ca.pem"}).Auth(); got != "" {
		t.Errorf("a certificate without a key is %q", got)
	}
}

func TestLay(t *testing.T) {
	for name, c := range map[string]struct{ base, over, want Settings }{
		"nothing":             {Settings{User: "a", Password: "x", URL: "u"}, Settings{}, Settings{User: "a", Password: "x", URL: "u"}},
		"another kind":        {Settings{User: "a", Password: "x"}, Settings{NKey: "n"}, Settings{NKey: "n"}},
		"another user":        {Settings{User: "a", Password: "x"}, Settings{User: "b", Password: "y"}, Settings{User: "b", Password: "y"}},
		"a lone user":         {Settings{Creds: "c"}, Settings{User: "b"}, Settings{Token: "b"}},
		"a lone other user":   {Settings{User: "a", Password: "x"}, Settings{User: "b"}, Settings{Token: "b"}},
		"no credentials":      {Settings{User: "a"}, Settings{Description: "d"}, Settings{User: "a", Description: "d"}},
		"the same user":       {Settings{User: "a", Password: "x"}, Settings{User: "a"}, Settings{User: "a", Password: "x"}},
		"a password":          {Settings{User: "a", Password: "x"}, Settings{Password: "y"}, Settings{User: "a", Password: "y"}},
		"an nkey for a token": {Settings{Token: "t", CA: "ca"}, Settings{NKey: "n", CA: "cb"}, Settings{NKey: "n", CA: "cb"}},
	} {
		got := c.base
		must(t, got.Overlay(&c.over))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	set := Settings{Creds: "c"}
	wantErr(t, set.Overlay(&Settings{User: "a", NKey: "n"}), ErrInvalid, "user and nkey")
	if set.Creds != "c" || set.User != "" {
		t.Errorf("refused, and yet changed: %v", set)
	}
}

// kindsOf draws settings with at most one kind of credentials.
func kindsOf(t *rapid.T, who string) Settings {
	return rapid.SampledFrom([]Settings{
		{},
		{User: who + "-user", Password: who + "-password"},
		{Password: who + "-password"},
		{Token: who + "-token"},
		{Creds: who + "-creds"},
		{NKey: who + "-nkey"},
		{UserJWT: who + "-jwt", UserSeed: who + "-seed"},
		{UserJWT: who + "-jwt"},
	}).Draw(t, who)
}

// TestNothingProvesAnotherIdentity draws a context, an environment and flags:
// what proves an identity is never combined with an identity of somebody else,
// and whoever names credentials last is used alone.
func TestNothingProvesAnotherIdentity(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s := Open(root)
		saved, env, flags := kindsOf(t, "saved"), kindsOf(t, "env"), kindsOf(t, "flags")
		if saved.User == "" { // a password alone cannot be saved
			saved.Password = ""
		}
		_ = s.Remove("x", true)
		if err := s.Create(&Context{Name: "x", Settings: saved}); err != nil {
			t.Fatal(err)
		}
		got, err := Resolve(s, Overrides{Context: "x", Settings: flags}, envOf(
			"NATS_USER", env.User, "NATS_PASSWORD", env.Password, "NATS_TOKEN", env.Token, "NATS_CREDS", env.Creds,
			"NATS_NKEY", env.NKey, "NATS_JWT", env.UserJWT, "NATS_SEED", env.UserSeed))
		if err != nil {
			t.Fatal(err)
		}
		if got.UserSeed != "" && got.UserJWT[:3] != got.UserSeed[:3] {
			t.Fatalf("the seed %q signs for %q", got.UserSeed, got.UserJWT)
		}
		alone := flags.Password == "" || flags.User != ""
		if len(kinds(&flags)) > 0 && alone && !cmp.Equal(flags, got.Settings) {
			t.Fatalf("flags %v, got %v", flags, got.Settings)
		}
		if len(kinds(&flags)) == 0 && len(kinds(&env)) == 0 && !cmp.Equal(saved, got.Settings) {
			t.Fatalf("saved %v, got %v", saved, got.Settings)
		}
		if len(exclusive(&got.Settings)) > 1 {
			t.Fatalf("several kinds: %v", kinds(&got.Settings))
		}
		for _, f := range fields {
			if f.IsSet(&got.Settings) != (got.Origin(f.Key) != FromDefault) {
				t.Fatalf("%s is %q from %v", f.Key, f.Value(&got.Settings), got.Origin(f.Key))
			}
		}
	})
}

// TestWhatACredentialIs holds every secret field to a kind of credentials, so
// that a new one cannot be forgotten when credentials outrank each other.
func TestWhatACredentialIs(t *testing.T) {
	var all []string
	for _, k := range credentials {
		all = append(all, k.keys...)
	}
	for _, f := range fields {
		secret := f.Kind == Secret || f.Kind == SecretFile
		if secret && f.Key != "key" && !slices.Contains(all, f.Key) {
			t.Errorf("%s is a secret and no credential", f.Key)
		}
	}
}

// TestEveryProofIsGuarded lends each kind of credentials of a context to a
// host that the context does not name.
func TestEveryProofIsGuarded(t *testing.T) {
	for name, set := range map[string]Settings{
		"password": {User: "u", Password: "p"}, "user": {User: "u"}, "token": {Token: "t"}, "creds": {Creds: "c"}, "nkey": {NKey: "n"},
		"jwt": {UserJWT: "j"}, "seed": {UserJWT: "j", UserSeed: "s"}, "nsc": {NSC: "nsc://O/A/U"}, "certificate": {Cert: "c", Key: "k"},
	} {
		set.URL = "tls://own.example.net"
		s := newStore(t)
		must(t, s.Create(&Context{Name: "x", Settings: set}))
		_, err := Resolve(s, Overrides{Context: "x"}, envOf("NATS_URL", "tls://foreign.example.net"))
		wantErr(t, err, ErrURLOverride, `is not a server of context "x"`)
		var over *URLOverrideError
		if !errors.As(err, &over) || over.Plaintext || over.Origin != FromEnv || over.URL != "tls://foreign.example.net" || over.Context != "x" {
			t.Errorf("%s: %+v", name, over)
		}
		_, err = Resolve(s, Overrides{Context: "x"}, envOf("NATS_URL", "nats://own.example.net"))
		wantErr(t, err, ErrURLOverride, "without TLS")
		if errors.As(err, &over); !over.Plaintext {
			t.Errorf("%s: %+v", name, over)
		}
		_, err = Resolve(s, Overrides{Context: "x", IgnoreEnv: true}, envOf("NATS_URL", "tls://foreign.example.net"))
		if err != nil {
			t.Errorf("%s: NATS_URL is left aside, and yet %v", name, err)
		}
	}
}
