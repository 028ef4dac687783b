package natsctx

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestNoSecretOfAContextIsShown fills every key that can hold a secret itself
// and reads all that can be said of the settings.
func TestNoSecretOfAContextIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := secretOf(t, "secret")
		for _, ref := range []string{"file://", "env://", "op://", "nsc://"} {
			if strings.HasPrefix(strings.ToLower(secret), ref) {
				t.Skip("a reference")
			}
		}
		data := "data:;base64," + encodeBase64([]byte(secret)) + "HEADQ"
		set := Settings{
			URL: "nats://u:" + strings.ReplaceAll(secret, ",", ";") + "@h", SocksProxy: "socks5://u:" + secret + "@p:1",
			Token: secret, User: "u", Password: secret, Creds: data, NKey: "DATA:" + secret, UserJWT: secret, UserSeed: secret, Key: data,
		}
		body, err := json.Marshal(set.Redacted())
		if err != nil {
			t.Fatal(err)
		}
		said := []string{string(body), text(set.Validate()), text(Settings{SocksProxy: set.SocksProxy}.validProxy())}
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
			said = append(said, fmt.Sprintf(format, set), fmt.Sprintf(format, &set), fmt.Sprintf(format, Context{Settings: set}))
		}
		for _, f := range fields {
			said = append(said, f.Show(&set))
		}
		for _, text := range said {
			if leaks(text) {
				t.Fatalf("%q is shown in %s", secret, text)
			}
		}
	})
}

// validProxy is what the check of the proxy says.
func (s Settings) validProxy() error {
	_, err := parseProxy(s.SocksProxy)
	return err
}

// TestOneMask has a mask of one length for secrets of any.
func TestOneMask(t *testing.T) {
	for _, secret := range []string{"x", strings.Repeat("x", 100)} {
		for _, key := range []string{"token", "password", "user_jwt", "user_seed"} {
			f := field(key)
			var set Settings
			*f.text(&set) = secret
			if got := f.Show(&set); got != Mask {
				t.Errorf("%s shows %q", key, got)
			}
		}
	}
	if Mask != "********" {
		t.Errorf("the mask is %q, docs/contexts.md says ********", Mask)
	}
}

func TestWhatIsNoSecretIsShown(t *testing.T) {
	const seed = "SUAMLK2ZNL35WSMW37E7UD4VZ7ELPKW7DHC3BWBSD2GCZ7IUQQXZIORRBU"
	for name, c := range map[string]struct {
		key, value, want string
	}{
		"unset":               {"password", "", ""},
		"variable":            {"password", "env://PW", "env://PW"},
		"1Password":           {"token", "op://vault/item/field", "op://vault/item/field"},
		"nsc":                 {"creds", "NSC://O/A/U", "NSC://O/A/U"},
		"file":                {"user_jwt", "file:///run/jwt", "file:///run/jwt"},
		"path":                {"creds", "/run/a.creds", "/run/a.creds"},
		"inline":              {"creds", "data:;base64,c2VjcmV0", "data:" + Mask},
		"inline, upper case":  {"nkey", "DATA:;base64,c2VjcmV0", "data:" + Mask},
		"seed as path":        {"nkey", seed, Mask},
		"seed with blanks":    {"nkey", " " + seed + "\n", Mask},
		"path like a seed":    {"nkey", "/" + seed[1:], "/" + seed[1:]},
		"an unknown scheme":   {"password", "vault://x", Mask},
		"a key file":          {"key", "k.pem", "k.pem"},
		"certificate":         {"cert", "c.pem", "c.pem"},
		"user":                {"user", "alice", "alice"},
		"proxy":               {"socks_proxy", "socks5://u:p@h:1", "socks5://u:" + Mask + "@h:1"},
		"one letter too many": {"nkey", seed + "A", Mask},
		"seed in quotes":      {"creds", `"` + seed + `"`, Mask},
		"one too few":         {"nkey", seed[:57], seed[:57]},
		"public key":          {"nkey", "/keys/UAMLK2ZNL35WSMW37E7UD4VZ7ELPKW7DHC3BWBSD2GCZ7IUQQXZIORRB.nk", "/keys/UAMLK2ZNL35WSMW37E7UD4VZ7ELPKW7DHC3BWBSD2GCZ7IUQQXZIORRB.nk"},
	} {
		f := field(c.key)
		var set Settings
		*f.text(&set) = c.value
		if got := f.Show(&set); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := f.Value(&set); got != c.value {
			t.Errorf("%s: the value is %q", name, got)
		}
	}
}

func TestRedactedIsTheSameButForSecrets(t *testing.T) {
	c, err := Decode("x", readFixture(t, "full.json"))
	must(t, err)
	before := c.Settings
	shown := c.Redacted()
	if diff := cmp.Diff(before, c.Settings); diff != "" {
		t.Errorf("the original changed:\n%s", diff)
	}
	for _, f := range fields {
		if got, want := f.Value(&shown), f.Show(&before); got != want {
			t.Errorf("%s: %q, want %q", f.Key, got, want)
		}
	}
	set := Settings{User: "alice", Password: "hunter2", TLSFirst: true, WinCAMatch: []string{"one", "two"}}
	want := `{user:"alice" password:"` + Mask + `" tls_first:"true" windows_ca_certs_match:"one,two"}`
	if got := fmt.Sprint(set); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRaw(t *testing.T) {
	c, err := Decode("x", readFixture(t, "full.json"))
	must(t, err)
	var file map[string]any
	must(t, json.Unmarshal(readFixture(t, "full.json"), &file))
	for _, f := range Fields() {
		got, err := json.Marshal(f.Raw(&c.Settings))
		must(t, err)
		want, err := json.Marshal(file[f.Key])
		must(t, err)
		if string(got) != string(want) {
			t.Errorf("%s: %s, want %s", f.Key, got, want)
		}
	}
	var none Settings
	for _, f := range Fields() {
		if f.IsSet(&none) || f.Show(&none) != map[bool]string{true: "false"}[f.Kind == Flag] {
			t.Errorf("%s of nothing is %q", f.Key, f.Show(&none))
		}
		if !c.Clear(f.Key) || f.IsSet(&c.Settings) {
			t.Errorf("%s is still set", f.Key)
		}
	}
	if c.Clear("URL") || c.Clear("") {
		t.Error("a key that there is not was cleared")
	}
}
