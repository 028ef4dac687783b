package natsctx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// FuzzLoad: whatever the file holds, reading it does not panic, agrees with
// encoding/json about the settings, and what is written back reads the same,
// unknown keys included.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"url":"nats://a"}`, `{"URL":1}`, `{"x":1,"x":{"y":[]},"user":null}`,
		`{"windows_ca_certs_match":["a",null]}`, `{"tls_first":true,"name":"n"} x`, "\ufeff{}", `{"user":"\ud800"}`,
		`{"password":"hunter2` + "\xff" + `"}`, `{"ſocks_proxy":"folded"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Decode("x", data)
		if err != nil {
			return
		}
		var plain Settings
		if err := json.Unmarshal(data, &plain); err != nil {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		if diff := cmp.Diff(plain, c.Settings); diff != "" {
			t.Fatal(diff)
		}
		first, err := c.Encode()
		if err != nil {
			t.Fatalf("read but cannot be written: %v", err)
		}
		again, err := Decode("x", first)
		if err != nil {
			t.Fatalf("written but cannot be read: %v\n%s", err, first)
		}
		second, err := again.Encode()
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%v, not stable:\n%s\n%s", err, first, second)
		}
		if diff := cmp.Diff(c.Unknown(), again.Unknown()); diff != "" {
			t.Fatal(diff)
		}
		inspectHostile(t, c)
	})
}

// inspectHostile makes sure that looking at a hostile context neither panics
// nor shows its secrets.
func inspectHostile(t *testing.T, c *Context) {
	t.Helper()
	c.SocksProxy, c.Cert, c.CA, c.Key = "", "", "", "" // no files of this machine
	c.Creds, c.NKey = "env://"+c.Creds, "data:"+c.NKey
	const secret = "s3cr3t-s3cr3t"
	c.Password, c.Token, c.UserSeed = secret, secret, secret
	said := fmt.Sprint(c.Redacted(), c.Settings, c.Auth())
	for _, f := range c.Inspect(t.Context(), noEnv, time.Unix(0, 0)) {
		said += fmt.Sprint(f.Note, f.Err)
	}
	if strings.Contains(said, secret) {
		t.Fatalf("shows a secret: %s", said)
	}
}

// FuzzRedactURL: a password that follows a user in a URL never survives.
func FuzzRedactURL(f *testing.F) {
	for _, seed := range []string{"nats://%s@h:1", "nats://u:%s@h,tls://u:%s@i", "u:%s@h", "nats://u:p/%s@h", "nats://u:@%s@h", "ws://u:%s@[::1]:1"} {
		f.Add(seed, "hunter2")
	}
	f.Fuzz(func(t *testing.T, layout, noise string) {
		const secret = "s3cr3tpassw0rd"
		raw := "nats://user:" + secret + strings.ReplaceAll(noise, ",", "") + "@host:4222," + layout
		if shown := RedactURL(raw); strings.Contains(shown, secret) {
			t.Fatalf("%q shows %q", raw, shown)
		}
		if _, err := ParseURL(raw); err != nil && strings.Contains(err.Error(), secret) {
			t.Fatalf("%q: %v", raw, err)
		}
	})
}

// FuzzProxy: whatever the key holds, no error of it shows the userinfo.
func FuzzProxy(f *testing.F) {
	for _, seed := range []string{
		"", "socks5://h:1080", "socks5h://[::1]:1", "socks5://u:hunter2@h", "socks5://u:hunter2@h:99999999", "http://h", "socks5://",
		"socks5://u:hunter2@h:x", "socks5://u:hunter2/@h", "://", "socks5://%zz",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := newProxy(raw, time.Second)
		if (p == nil) == (err == nil) {
			t.Fatalf("%q: %v, %v", raw, p, err)
		}
		if err != nil && strings.Contains(raw, "hunter2") && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", raw, err)
		}
	})
}
