package natsctx

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestValidate breaks one rule at a time: the key is named, and nothing else is.
func TestValidate(t *testing.T) {
	const nkeySeed = "SUAMLK2ZNL35WSMW37E7UD4VZ7ELPKW7DHC3BWBSD2GCZ7IUQQXZIORRBU"
	for _, c := range []struct {
		set   Settings
		key   string // "" when it is valid
		words string
	}{
		{Settings{}, "", ""},
		{Settings{URL: "nats://a,tls://b:1"}, "", ""},
		{Settings{URL: "ws://a,wss://b"}, "", ""},
		{Settings{URL: "ws://a,nats://b"}, "url", "mixed"},
		{Settings{URL: "nats://a,wss://b"}, "url", "mixed"},
		{Settings{URL: "ftp://a"}, "url", "scheme"},
		{Settings{User: "u"}, "", ""},
		{Settings{User: "u", Password: "p"}, "", ""},
		{Settings{Password: "p"}, "password", "needs user"},
		{Settings{User: "u", Creds: "c"}, "user and creds", "one kind"},
		{Settings{NKey: "n", UserJWT: "j", NSC: "x"}, "nkey and user_jwt and nsc", "one kind"},
		{Settings{Token: "t", Creds: "c"}, "", ""},
		{Settings{Token: "t", User: "u"}, "", ""},
		{Settings{UserJWT: "j"}, "", ""},
		{Settings{UserJWT: "j", UserSeed: "s"}, "", ""},
		{Settings{UserSeed: "s"}, "user_seed", "needs user_jwt"},
		{Settings{Cert: "c", Key: "k"}, "", ""},
		{Settings{Cert: "c"}, "cert", "needs key"},
		{Settings{Key: "k"}, "key", "needs cert"},
		{Settings{Creds: nkeySeed}, "creds", "holds a seed"},
		{Settings{NKey: nkeySeed}, "nkey", "holds a seed"},
		{Settings{NKey: "vault://x"}, "nkey", `"vault"`},
		{Settings{Creds: "s3://x"}, "creds", `"s3"`},
		{Settings{Creds: "op://a/b/c", CA: "x"}, "", ""},
		{Settings{InboxPrefix: "_INBOX.alice"}, "", ""},
		{Settings{InboxPrefix: "_INBOX."}, "inbox_prefix", ""},
		{Settings{InboxPrefix: "_INBOX.*"}, "inbox_prefix", ""},
		{Settings{InboxPrefix: ">"}, "inbox_prefix", ""},
		{Settings{InboxPrefix: "a b"}, "inbox_prefix", ""},
		{Settings{InboxPrefix: "a\r\nPUB x"}, "inbox_prefix", ""},
		{Settings{JSDomain: "HUB"}, "", ""},
		{Settings{JSDomain: "a.b"}, "jetstream_domain", ""},
		{Settings{JSDomain: "a\n"}, "jetstream_domain", ""},
		{Settings{WinCertStore: "user", WinCertMatch: "x"}, "", ""},
		{Settings{WinCertStore: "user"}, "windows_cert_match", ""},
		{Settings{SocksProxy: "socks5h://h:1"}, "", ""},
		{Settings{SocksProxy: "socks5://"}, "socks_proxy", ""},
		{Settings{SocksProxy: "http://h"}, "socks_proxy", ""},
		{Settings{SocksProxy: "://"}, "socks_proxy", ""},
	} {
		errs := flatten(c.set.Validate())
		if c.key == "" {
			if len(errs) > 0 {
				t.Errorf("%v: %v", c.set, errs)
			}
			continue
		}
		var invalid *InvalidError
		if len(errs) != 1 || !errors.As(errs[0], &invalid) || invalid.Key != c.key || !strings.Contains(invalid.Reason, c.words) {
			t.Errorf("%v: %v, want one about %s with %q", c.set, errs, c.key, c.words)
		}
	}
}

// TestValidateReportsAllAtOnce does not stop at the first problem.
func TestValidateReportsAllAtOnce(t *testing.T) {
	set := Settings{URL: "ftp://a,nats://b:0", Password: "p", Cert: "c", SocksProxy: "x"}
	var about []string
	for _, err := range flatten(set.Validate()) {
		var invalid *InvalidError
		if errors.As(err, &invalid) {
			about = append(about, invalid.Key)
		}
	}
	if !slices.Equal(about, []string{"url", "url", "password", "cert", "socks_proxy"}) {
		t.Errorf("about %q", about)
	}
}

func TestOtherScheme(t *testing.T) {
	for ref, want := range map[string]string{
		"vault://x": "vault", "VAULT://x": "VAULT", "env://A": "", "ENV://A": "", "data:;base64,": "", "/a://b": "", "~://x": "", "plain": "", "$X://y": "", "a.b://c": "",
	} {
		if got := otherScheme(ref); got != want {
			t.Errorf("%q: %q, want %q", ref, got, want)
		}
	}
}
