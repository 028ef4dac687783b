package natsctx

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func noEnv(string) string { return "" }

// envOf is an environment of name, value pairs.
func envOf(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestWhichContext(t *testing.T) {
	s := newStore(t, "a", "b", "c")
	must(t, s.Select("c"))
	path := filepath.Join(t.TempDir(), "elsewhere.json")
	must(t, os.WriteFile(path, []byte(`{"url":"nats://e"}`), 0o600))
	for _, tc := range []struct {
		name   string
		o      Overrides
		env    func(string) string
		want   string
		origin Origin
	}{
		{"flag", Overrides{Context: "a"}, envOf("NATS_CONTEXT", "b"), "a", FromFlag},
		{"environment", Overrides{}, envOf("NATS_CONTEXT", "b"), "b", FromEnv},
		{"selection", Overrides{}, noEnv, "c", FromSelection},
		{"none", Overrides{NoContext: true}, envOf("NATS_CONTEXT", "b"), "", FromDefault},
		{"path", Overrides{Context: path}, noEnv, "elsewhere", FromFlag},
	} {
		got, err := Resolve(s, tc.o, tc.env)
		if err != nil || got.Name != tc.want || got.ContextOrigin != tc.origin {
			t.Errorf("%s: %v %+v", tc.name, err, got)
		}
	}
	_, err := Resolve(s, Overrides{Context: filepath.Join(t.TempDir(), "none.json")}, noEnv)
	wantErr(t, err, ErrMissing, "none.json")
	_, err = Resolve(s, Overrides{}, envOf("NATS_CONTEXT", "bb"))
	var unknown *UnknownError
	if !errors.As(err, &unknown) || unknown.Origin != FromEnv || len(unknown.Known) != 3 {
		t.Errorf("%+v", err)
	}
	must(t, os.Remove(s.Path("c")))
	_, err = Resolve(s, Overrides{}, noEnv)
	if !errors.As(err, &unknown) || unknown.Origin != FromSelection {
		t.Errorf("a selection that is gone gave %+v", err)
	}
}

func TestNothingNamedIsTheDefaultURL(t *testing.T) {
	got, err := Resolve(newStore(t), Overrides{}, noEnv)
	must(t, err)
	d, err := got.Dial(t.Context())
	must(t, err)
	if d.URL() != "nats://127.0.0.1:4222" || got.Origin("url") != FromDefault || got.Timeout != 5*time.Second {
		t.Errorf("%v %v", d.URL(), got)
	}
}

func TestCredentialsAreTakenTogether(t *testing.T) {
	type set = Settings
	for _, tc := range []struct {
		name    string
		context set
		flags   set
		env     []string
		want    set
	}{
		{"context alone", set{User: "a", Password: "x"}, set{}, nil, set{User: "a", Password: "x"}},
		{"flag outranks another kind", set{User: "a", Password: "x"}, set{Creds: "f"}, nil, set{Creds: "f"}},
		{"environment outranks another kind", set{Creds: "c"}, set{}, []string{"NATS_NKEY", "n"}, set{NKey: "n"}},
		{"flag outranks the environment", set{Creds: "c"}, set{NKey: "n"}, []string{"NATS_USER", "u", "NATS_PASSWORD", "p"}, set{NKey: "n"}},
		{"new password for the context's user", set{User: "a", Password: "x"}, set{Password: "y"}, nil, set{User: "a", Password: "y"}},
		{"the same user keeps its password", set{User: "a", Password: "x"}, set{User: "a"}, nil, set{User: "a", Password: "x"}},
		{"a password is not lent to another user", set{User: "a", Password: "x"}, set{User: "b"}, nil, set{Token: "b"}},
		{"user by flag, password by environment", set{}, set{User: "b"}, []string{"NATS_PASSWORD", "p"}, set{User: "b", Password: "p"}},
		{"a lone user is a token", set{}, set{}, []string{"NATS_USER", "tok"}, set{Token: "tok"}},
		{"a context's lone user stays one", set{User: "a"}, set{}, nil, set{User: "a"}},
		{"token outranks user", set{User: "a", Password: "x"}, set{Token: "t"}, nil, set{Token: "t"}},
		{"jwt takes no seed of another", set{UserJWT: "j", UserSeed: "s"}, set{UserJWT: "k"}, nil, set{UserJWT: "k"}},
		{"seed for the context's jwt", set{UserJWT: "j"}, set{UserSeed: "s"}, nil, set{UserJWT: "j", UserSeed: "s"}},
		{"no credentials from outside", set{Creds: "c"}, set{CA: "ca"}, []string{"NATS_COLOR", "red"}, set{Creds: "c", CA: "ca", ColorScheme: "red"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newStore(t)
			must(t, s.Create(&Context{Name: "x", Settings: tc.context}))
			got, err := Resolve(s, Overrides{Context: "x", Settings: tc.flags}, envOf(tc.env...))
			must(t, err)
			if diff := cmp.Diff(tc.want, got.Settings); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for _, f := range Fields() {
				if f.IsSet(&got.Settings) != (got.Origin(f.Key) != FromDefault) {
					t.Errorf("%s is set: %v, origin %v", f.Key, f.IsSet(&got.Settings), got.Origin(f.Key))
				}
			}
		})
	}
	got, err := Resolve(newStore(t), Overrides{}, envOf("NATS_URL", "nats://u:p%40@h:1,tls://u:p%40@i"))
	must(t, err)
	if diff := cmp.Diff(set{URL: "nats://h:1,tls://i", User: "u", Password: "p@"}, got.Settings); diff != "" {
		t.Error(diff)
	}
	_, err = Resolve(newStore(t), Overrides{Settings: set{URL: "nats://u:p@h,nats://v:q@h"}}, noEnv)
	wantErr(t, err, ErrInvalid, "different users")
	_, err = Resolve(newStore(t), Overrides{Settings: Settings{Creds: "a", NKey: "b"}}, noEnv)
	wantErr(t, err, ErrInvalid, "command line names 2 kinds")
	_, err = Resolve(newStore(t), Overrides{}, envOf("NATS_CREDS", "a", "NATS_USER", "b"))
	wantErr(t, err, ErrInvalid, "environment names 2 kinds")
}

func TestEnvOverridesAreNamed(t *testing.T) {
	s := newStore(t)
	must(t, s.Create(&Context{Name: "x", Settings: Settings{URL: "nats://h:1", CA: "a"}}))
	got, err := Resolve(s, Overrides{Context: "x"}, envOf("NATS_URL", "nats://h:2", "NATS_CA", "a", "NATS_COLOR", "red"))
	must(t, err)
	if diff := cmp.Diff([]string{"NATS_URL"}, got.EnvOverrides()); diff != "" {
		t.Error(diff)
	}
}

func TestTimeout(t *testing.T) {
	s := newStore(t)
	got, err := Resolve(s, Overrides{}, envOf("NATS_TIMEOUT", "2s"))
	if err != nil || got.Timeout != 2*time.Second {
		t.Error(got, err)
	}
	got, err = Resolve(s, Overrides{Timeout: time.Second}, envOf("NATS_TIMEOUT", "2s"))
	if err != nil || got.Timeout != time.Second {
		t.Error(got, err)
	}
	_, err = Resolve(s, Overrides{}, envOf("NATS_TIMEOUT", "soon"))
	wantErr(t, err, ErrInvalid, "NATS_TIMEOUT")
}

func TestURLFromOutsideDoesNotGetTheCredentials(t *testing.T) {
	s := newStore(t)
	must(t, s.Create(&Context{Name: "secret", Settings: Settings{URL: "tls://a.example.net:4222,nats://b.example.net", User: "u", Password: "p"}}))
	must(t, s.Create(&Context{Name: "open", Settings: Settings{URL: "nats://a.example.net"}}))
	flag := func(url string) Settings { return Settings{URL: url} }
	for _, tc := range []struct {
		name string
		o    Overrides
		url  string
		ok   bool
	}{
		{"foreign host", Overrides{Context: "secret"}, "nats://evil.example.net", false},
		{"one foreign host of two", Overrides{Context: "secret"}, "nats://b.example.net,nats://evil.example.net", false},
		{"own host, other port", Overrides{Context: "secret"}, "nats://b.example.net:5222", false},
		{"own host, other port and TLS", Overrides{Context: "secret"}, "tls://b.example.net:5222", false},
		{"own host, default port of another scheme", Overrides{Context: "secret"}, "wss://b.example.net", false},
		{"other port, allowed", Overrides{Context: "secret", AllowURLOverride: true}, "nats://b.example.net:5222", true},
		{"own host in capitals, default port", Overrides{Context: "secret"}, "nats://B.example.net:4222", true},
		{"own host, TLS dropped", Overrides{Context: "secret"}, "nats://a.example.net:4222", false},
		{"own host, TLS kept", Overrides{Context: "secret"}, "tls://a.example.net", true},
		{"own host, TLS added", Overrides{Context: "secret"}, "tls://b.example.net", true},
		{"allowed", Overrides{Context: "secret", AllowURLOverride: true}, "nats://evil.example.net", true},
		{"own credentials", Overrides{Context: "secret", Settings: Settings{Token: "t"}}, "nats://evil.example.net", true},
		{"context without credentials", Overrides{Context: "open"}, "nats://evil.example.net", true},
		{"no context", Overrides{NoContext: true}, "nats://evil.example.net", true},
		{"flag with a named context", Overrides{Context: "secret", Settings: flag("nats://evil.example.net")}, "", false},
		{"flag with a named context, other port", Overrides{Context: "secret", Settings: flag("nats://b.example.net:5222")}, "", false},
		{"flag with a named context, its own server", Overrides{Context: "secret", Settings: flag("nats://b.example.net")}, "", true},
		{"flag with a named context, allowed", Overrides{Context: "secret", Settings: flag("nats://evil.example.net"), AllowURLOverride: true}, "", true},
		{"flag with the selected context", Overrides{Settings: flag("nats://evil.example.net")}, "", false},
	} {
		must(t, s.Select("secret"))
		_, err := Resolve(s, tc.o, envOf("NATS_URL", tc.url))
		if tc.ok && err != nil || !tc.ok && !errors.Is(err, ErrURLOverride) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	_, err := Resolve(s, Overrides{}, envOf("NATS_URL", "nats://evil.example.net"))
	wantErr(t, err, ErrURLOverride, "nats://evil.example.net from the environment")
	must(t, s.Create(&Context{Name: "certified", Settings: Settings{URL: "tls://a.example.net", Cert: "c.pem", Key: "k.pem"}}))
	_, err = Resolve(s, Overrides{Context: "certified"}, envOf("NATS_URL", "wss://evil.example.net?key=PASSWORD"))
	wantErr(t, err, ErrURLOverride, "wss://evil.example.net?"+Mask)
}

// TestIgnoreEnvLeavesEveryVariableAside.
func TestIgnoreEnvLeavesEveryVariableAside(t *testing.T) {
	s := newStore(t, "a", "b")
	must(t, s.Select("a"))
	env := func(name string) string {
		return map[string]string{"NATS_CONTEXT": "b", "NATS_TIMEOUT": "1s", "NATS_URL": "nats://x", "NATS_TOKEN": "t"}[name]
	}
	got, err := Resolve(s, Overrides{IgnoreEnv: true}, env)
	must(t, err)
	if got.Name != "a" || got.ContextOrigin != FromSelection || got.Timeout != DefaultTimeout || got.Token != "" || got.Origin("url") != FromContext {
		t.Errorf("%+v", got)
	}
	got, err = Resolve(s, Overrides{AllowURLOverride: true}, env)
	must(t, err)
	if got.Name != "b" || got.URL != "nats://x" || got.Token != "t" || got.Timeout != time.Second {
		t.Errorf("%+v", got)
	}
}

// TestEveryVariableIsReadAndNamed sets one variable at a time.
func TestEveryVariableIsReadAndNamed(t *testing.T) {
	values := map[string]string{"NATS_URL": "nats://h:1", "NATS_SOCKS_PROXY": "socks5://h:1"}
	for _, f := range Fields() {
		if f.Env == "" {
			continue
		}
		value := values[f.Env]
		if value == "" {
			value = "value of " + f.Env
		}
		set := []string{f.Env, value}
		if f.Key == "user" { // alone it is a token
			set = append(set, "NATS_PASSWORD", "p")
		}
		got, err := Resolve(newStore(t), Overrides{}, envOf(set...))
		must(t, err)
		if f.Value(&got.Settings) != value || got.Origin(f.Key) != FromEnv || got.Variable(f.Key) != f.Env {
			t.Errorf("%s: %q from %v, variable %q", f.Env, f.Value(&got.Settings), got.Origin(f.Key), got.Variable(f.Key))
		}
		if got.Variable("description") != "" {
			t.Errorf("%s: a variable for the description", f.Env)
		}
	}
	got, err := Resolve(newStore(t), Overrides{Settings: Settings{CA: "flag"}}, envOf("NATS_CA", "env"))
	must(t, err)
	if got.Timeout != 5*time.Second {
		t.Errorf("the default timeout is %v, the documentation says 5s", got.Timeout)
	}
	if got.CA != "flag" || got.Origin("ca") != FromFlag || got.Variable("ca") != "" {
		t.Errorf("%q from %v %q", got.CA, got.Origin("ca"), got.Variable("ca"))
	}
}

// TestAPathIsAContextOnlyWithItsEnding: a saved context of that name comes first.
func TestAPathIsAContextOnlyWithItsEnding(t *testing.T) {
	s := newStore(t, "x.json")
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("x.json", []byte(`{"url":"nats://here"}`), 0o600))
	must(t, os.WriteFile("y.json", []byte(`{"url":"nats://here"}`), 0o600))
	must(t, os.Mkdir("z.json", 0o700))
	for name, want := range map[string]string{"x.json": "nats://x.json.example.net:4222", "./x.json": "nats://here", "y.json": "nats://here"} {
		got, err := Resolve(s, Overrides{Context: name}, noEnv)
		if err != nil || got.URL != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, name := range []string{"y", "z.json"} {
		_, err := Resolve(s, Overrides{Context: name}, noEnv)
		wantErr(t, err, ErrUnknown, name)
	}
	_, err := Resolve(s, Overrides{Context: "./y"}, noEnv)
	wantErr(t, err, ErrBadName, "separator")
}
