package endpoint

import (
	"bytes"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
	"pgregory.net/rapid"
)

// TestMasked finds passwords in URLs and seeds wherever they are, and changes
// nothing else.
func TestMasked(t *testing.T) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	key, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"urls":["nats://u:p@h:4222"]}`:                     `{"urls":["nats://********@h:4222"]}`,
		`{"error":"dial tls://tok%2Fen@h:1: no","n":1}`:      `{"error":"dial tls://********@h:1: no","n":1}`,
		`{"urls":["nats://a:1,nats://u:p,w/@h:2","x@y"]}`:    `{"urls":["nats://********@h:2","x@y"]}`,
		`{"tags":["` + string(seed) + `","S"],"name":"SUB"}`: `{"tags":["********","S"],"name":"SUB"}`,
		`{"a":"x` + string(seed) + string(seed) + `y"}`:      `{"a":"x****************y"}`,
		`{"key":"` + key + `","mail":"a@b","u":"http://h"}`:  `{"key":"` + key + `","mail":"a@b","u":"http://h"}`,
		`{"seed":"S` + strings.Repeat("A", 57) + `"}`:        `{"seed":"S` + strings.Repeat("A", 57) + `"}`,
		"":  "",
		"S": "S",
	} {
		if got := string(Masked([]byte(body))); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", body, got, want)
		}
	}
}

// TestMaskedPasswords: whatever a password is made of, no part of it is left, nor
// of the user before it, and the host stays.
func TestMaskedPasswords(t *testing.T) {
	for _, password := range []string{"p@ss", "p@s@s@", "@", "p:a/s?s#w", "%40@%20", "p,w", "päss", "p'w", "a@b:c"} {
		body := `{"error":"cannot dial nats://bob:` + password + `@host:4222: refused","next":"kept"}`
		if got, want := string(Masked([]byte(body))), `{"error":"cannot dial nats://********@host:4222: refused","next":"kept"}`; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		user := rapid.StringMatching(`[a-z]{4}`).Draw(t, "user")
		password := rapid.StringMatching(`[!#-;=?-~]{6,20}`).Draw(t, "password") // no space, quote, < or >
		scheme := rapid.SampledFrom([]string{"nats", "tls", "ws", "wss", "nats-route", "nats-leaf", "http"}).Draw(t, "scheme")
		got := string(Masked([]byte(`{"a":"` + scheme + "://" + user + ":" + password + `@h:1","b":"` + scheme + `://h:2"}`)))
		if want := `{"a":"` + scheme + `://********@h:1","b":"` + scheme + `://h:2"}`; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// TestTokensOfFailedLogins: servers that tell a token where a user stands are
// known by their version, up to the patch; what is not a public key is hidden.
func TestTokensOfFailedLogins(t *testing.T) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	key, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	const failed = "Authentication Failure"
	for _, tc := range []struct{ version, user, reason, want string }{
		{"2.9.25", "t0ken", failed, redacted},
		{"2.10.27", "t0ken", failed, redacted},
		{"2.10.28", "t0ken", failed, "t0ken"},
		{"2.11.0", "t0ken", failed, redacted},
		{"2.11.1", "t0ken", failed, redacted},
		{"2.11.2", "t0ken", failed, "t0ken"},
		{"2.12.0", "t0ken", failed, "t0ken"},
		{"2.9.25", "t0ken", "Authentication Timeout", redacted},
		{"2.9.25", "bob", "Client Closed", "bob"},
		{"2.9.25", "", failed, ""},
		{"2.9.25", key, failed, key},
	} {
		if got := SafeUser(tc.version, tc.user, tc.reason); got != tc.want {
			t.Errorf("%s, %q, %s: %q, want %q", tc.version, tc.user, tc.reason, got, tc.want)
		}
	}
	conns := []*server.ConnInfo{nil, {AuthorizedUser: "t0ken", Reason: failed}, {AuthorizedUser: "bob"}}
	HideTokens("2.9.25", conns)
	if conns[1].AuthorizedUser != redacted || conns[2].AuthorizedUser != "bob" {
		t.Errorf("%+v, %+v", conns[1], conns[2])
	}
	got := string(Redacted("2.9.25", []byte(`{"reason":"Authentication Failure","client":{"user":"t0ken","n":1.50},"list":[{"authorized_user":"other"}]}`)))
	if want := `{"client":{"n":1.50,"user":"[REDACTED]"},"list":[{"authorized_user":"[REDACTED]"}],"reason":"Authentication Failure"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	large := `{"reason":"Authentication Failure","user":"t0ken","n":1,"authorized_user":"other","more":"` + strings.Repeat("x", maxTree) + `"}`
	want := strings.NewReplacer("t0ken", redacted, "other", redacted).Replace(large)
	if got := string(Redacted("2.9.25", []byte(large))); got != want { // as text: it is not parsed
		t.Errorf("a large one: %.200s", got)
	}
}

// TestMaskedEdges: a URL ends at any white space, a seed may be the last thing that
// is told, and what is too short for one is left.
func TestMaskedEdges(t *testing.T) {
	for _, end := range []string{"\t", "\n", "\v", "\f", "\r", " ", `"`, "<", ">"} {
		if got, want := string(Masked([]byte("nats://u:p@h"+end+"mail@host"))), "nats://"+mask+"@h"+end+"mail@host"; got != want {
			t.Errorf("%q: %q, want %q", end, got, want)
		}
	}
	for body, want := range map[string]string{
		"://u:p@h": "://u:p@h", "a://u@h": "a://" + mask + "@h", "Z://u@h": "Z://" + mask + "@h", "9://u@h": "9://" + mask + "@h", "a://@": "a://" + mask + "@", "a://": "a://",
	} {
		if got := string(Masked([]byte(body))); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
	pair, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	for _, before := range []string{"", "S", "SA", "x", "SU "} {
		if got := string(Masked([]byte(before + string(seed)))); got != before+mask {
			t.Errorf("after %q: %q", before, got)
		}
		if got := string(Masked([]byte(before + string(seed[:57])))); got != before+string(seed[:57]) {
			t.Errorf("a part of a seed after %q: %q", before, got)
		}
	}
}

// TestManyLookalikes checks a limited number of words that only look like seeds,
// and hides the others unchecked.
func TestManyLookalikes(t *testing.T) {
	word := "S" + strings.Repeat("A", seedLength-1)
	body := []byte(strings.Repeat(word+" ", maxLookalikes))
	if got := Masked(body); !bytes.Equal(got, body) {
		t.Errorf("%d of %d words are hidden", bytes.Count(got, []byte(mask)), maxLookalikes)
	}
	got := Masked(append(body, word+" "+word...))
	if kept, hidden := bytes.Count(got, []byte(word)), bytes.Count(got, []byte(mask)); kept != maxLookalikes || hidden != 2 {
		t.Errorf("%d words are kept and %d hidden", kept, hidden)
	}
}
