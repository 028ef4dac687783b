package natsctx

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// printable are the characters a password is made of; those with a meaning in
// URLs come often.
var printable = rapid.SampledFrom([]rune(`@@@:::////??##%%,,[[]]&=+$;!*'()"<>\^{}|~ ` + "abcXYZ019äß\t"))

// secretOf draws a password that no other part of a URL can contain by chance.
func secretOf(t *rapid.T, name string) string {
	head := rapid.StringOfN(printable, 0, 8, -1).Draw(t, name+" head")
	tail := rapid.StringOfN(printable, 0, 8, -1).Draw(t, name+" tail")
	return head + "HEADQ" + rapid.StringOfN(printable, 0, 4, -1).Draw(t, name+" middle") + "QTAIL" + tail
}

// leaks reports whether a text shows either half of what secretOf draws.
func leaks(text string) bool {
	return strings.Contains(text, "HEADQ") || strings.Contains(text, "QTAIL")
}

// TestNoPartOfAPasswordInAURLIsShown draws passwords with every character that
// URLs give a meaning to, unescaped, and reads what can be shown of the URL.
func TestNoPartOfAPasswordInAURLIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := secretOf(t, "password")
		scheme := rapid.SampledFrom([]string{"", "nats://", "tls://", "ws://", "wss://", "x://"}).Draw(t, "scheme")
		user := rapid.SampledFrom([]string{"user:", ":", ""}).Draw(t, "user")
		if user == "" { // a token: what stands in front of a colon is a user's name
			secret = strings.ReplaceAll(secret, ":", ".")
		}
		host := rapid.SampledFrom([]string{"h.example.net", "h:4222", "[::1]:4222", "h:99999", ""}).Draw(t, "host")
		list := []string{scheme + user + secret + "@" + host}
		if rapid.Bool().Draw(t, "two") {
			list = slices.Insert(list, rapid.IntRange(0, 1).Draw(t, "at"), "tls://other.example.net:4222")
		}
		raw := strings.Join(list, ",")
		set := Settings{URL: raw}
		said := []string{RedactURL(raw), set.Redacted().URL, fmt.Sprint(set), text(set.Validate()), text(set.LiftUserinfo())}
		if commaInPassword(raw) == nil {
			for _, one := range SplitURLs(raw) {
				_, err := ParseURL(one)
				said = append(said, RedactURL(one), text(err))
			}
		}
		for _, shown := range said {
			if leaks(shown) {
				t.Fatalf("%q shows %q", raw, shown)
			}
		}
	})
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestAPasswordLeavesTheURLWhole draws a user and password, escaped as they
// have to be, and finds them again in their own keys.
func TestAPasswordLeavesTheURLWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		user := rapid.StringOfN(printable, 1, 8, -1).Draw(t, "user")
		password := rapid.StringOfN(printable, 0, 12, -1).Draw(t, "password")
		place := rapid.SampledFrom([]string{"h.example.net", "h:4222", "[::1]:4222"}).Draw(t, "host")
		raw := "tls://" + strings.ReplaceAll(url.UserPassword(user, password).String(), ",", "%2C") + "@" + place
		set := Settings{URL: raw + ",tls://second:4222"}
		if err := set.LiftUserinfo(); err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		if diff := cmp.Diff(Settings{URL: "tls://" + place + ",tls://second:4222", User: user, Password: password}, set); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRedactURL(t *testing.T) {
	for raw, want := range map[string]string{
		"":                                 "",
		"nats://h:4222":                    "nats://h:4222",
		"h:4222, tls://i":                  "h:4222, tls://i",
		"nats://u:p@h:4222":                "nats://u:********@h:4222",
		"nats://u:a@b@h:4222":              "nats://u:********@h:4222",
		"u:p@h":                            "u:********@h",
		"nats://t0ken@h":                   "nats://********@h",
		"nats://a@b:c@h":                   "nats://********@h",
		"nats://u:p@h,tls://v:q@i":         "nats://u:********@h,tls://v:********@i",
		"nats://u:a,b@h,tls://i:1":         "nats://u:********@h,tls://i:1",
		"nats://u:12,x://b@h":              "nats://u:********@h",
		"nats://h:1,u:p@i":                 "nats://h:********@i",
		"u:12,b@h":                         "u:********@h",
		"nats://h:99999999":                "nats://h:99999999",
		"nats://u:forgot-the-host":         "nats://u:********",
		"nats://%zz":                       "nats://********",
		"nats://u:p%zz@h:4222":             "nats://u:********@h:4222",
		"nats://[::1":                      "nats://********",
		"wss://h/path?key=s3cret":          "wss://h/path?********",
		"my odd scheme with s3cret://u@h":  "********@h",
		"socks5://u:p@proxy.example.net:1": "socks5://u:********@proxy.example.net:1",
	} {
		if got := RedactURL(raw); got != want {
			t.Errorf("%q shows %q, want %q", raw, got, want)
		}
	}
}

func TestParseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"h":                  "nats://h",
		"tls://h:1":          "tls://h:1",
		"ws://h:65535/a/b":   "ws://h:65535/a/b",
		"wss://h/a?k=v":      "wss://h/a?k=v",
		"[::1]:4222":         "nats://[::1]:4222",
		"nats://u:p%40@h:80": "nats://u:p%40@h:80",
	} {
		u, err := ParseURL(raw)
		if err != nil || u.String() != want {
			t.Errorf("%q: %v %v, want %s", raw, u, err, want)
		}
	}
	for raw, words := range map[string]string{
		"http://h":            "scheme",
		"nats://":             "no host",
		"nats://:4222":        "no host",
		"nats://h:0":          "port",
		"nats://h:65536":      "port",
		"nats://h:4222x":      "not a valid URL",
		"nats://::1:4222":     "brackets",
		"nats://a\u202eb":     "invisible",
		"nats://a b":          "not a valid URL",
		"nats://u:12/s3c@h":   "behind the host",
		"nats://u:12?s3c@h":   "behind the host",
		"ws://u:12#s3c@h":     "behind the host",
		"nats://u:s3c%zz@h":   "u:********@h",
		"vault://u:s3c@h:422": "vault://u:********@h:422",
	} {
		u, err := ParseURL(raw)
		wantErr(t, err, ErrInvalid, words)
		if u != nil || strings.Contains(text(err), "s3c") {
			t.Errorf("%q: %v, %v", raw, u, err)
		}
	}
}

func TestUserinfoHasOneMeaning(t *testing.T) {
	for name, c := range map[string]struct {
		in, want Settings
		words    string
	}{
		"none":               {Settings{URL: " nats://h , i:1 "}, Settings{URL: " nats://h , i:1 "}, ""},
		"a user":             {Settings{URL: "nats://u:p@h"}, Settings{URL: "nats://h", User: "u", Password: "p"}, ""},
		"an empty password":  {Settings{URL: "nats://u:@h"}, Settings{URL: "nats://h", User: "u"}, ""},
		"a token":            {Settings{URL: "t@h"}, Settings{URL: "nats://h", Token: "t"}, ""},
		"twice the same":     {Settings{URL: "nats://u:p@h,tls://u:p@i:1"}, Settings{URL: "nats://h,tls://i:1", User: "u", Password: "p"}, ""},
		"in one of two":      {Settings{URL: "nats://h,nats://u:p@i"}, Settings{URL: "nats://h,nats://i", User: "u", Password: "p"}, ""},
		"two users":          {Settings{URL: "nats://u:p@h,nats://v:p@i"}, Settings{}, "different users"},
		"two passwords":      {Settings{URL: "nats://u:p@h,nats://u:q@i"}, Settings{}, "different users"},
		"beside a user":      {Settings{URL: "nats://u:p@h", User: "u"}, Settings{}, "so does another setting"},
		"beside a token":     {Settings{URL: "nats://u:p@h", Token: "t"}, Settings{}, "so does another setting"},
		"beside a password":  {Settings{URL: "nats://u:p@h", Password: "p"}, Settings{}, "so does another setting"},
		"a comma":            {Settings{URL: "nats://u:12,s3c@h"}, Settings{}, "%2C"},
		"no scheme in front": {Settings{URL: "nats://h:1,u:p@i"}, Settings{}, "%2C"},
		"no URL":             {Settings{URL: "nats://u:p@h,http://i"}, Settings{}, "scheme"},
	} {
		err := c.in.LiftUserinfo()
		switch {
		case c.words != "":
			wantErr(t, err, ErrInvalid, c.words)
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			if diff := cmp.Diff(c.want, c.in); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// TestEveryURLOfAServerHasToBeEncrypted looks for the one in clear, wherever it
// stands, and takes the default ports for what they are.
func TestEveryURLOfAServerHasToBeEncrypted(t *testing.T) {
	for list, want := range map[string]map[string]bool{
		"":                                  {},
		"tls://A,wss://a:4222":              {"a:4222": true},
		"tls://a,nats://A:4222,wss://a":     {"a:4222": false, "a:443": true},
		"nats://a:1,tls://a:2":              {"a:1": false, "a:2": true},
		"ws://a,tls://a:80,tls://b":         {"a:80": false, "b:4222": true},
		"a,http://c,nats://d:0,wss://[::1]": {"a:4222": false, "[::1]:443": true},
	} {
		if got := servers(list); !maps.Equal(got, want) {
			t.Errorf("%q: %v, want %v", list, got, want)
		}
	}
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true,
		"": false, "10.0.0.1": false, "localhost.example.net": false, "::2": false,
	} {
		if loopback(host) != want {
			t.Errorf("loopback %q is %v", host, !want)
		}
	}
}

func TestSplitURLs(t *testing.T) {
	if got := SplitURLs(" a ,, nats://b:1 ,"); !slices.Equal(got, []string{"a", "nats://b:1"}) {
		t.Errorf("%q", got)
	}
	if got := SplitURLs(" ,"); got != nil {
		t.Errorf("%q", got)
	}
}
