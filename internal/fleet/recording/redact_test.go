package recording

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestRedactEachAlone masks a connection that has only one of the things that
// name a person or grant access, and leaves the original as it was.
func TestRedactEachAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		conn   server.ConnInfo
		secret bool // also with identities
	}{
		"JWT":                 {server.ConnInfo{JWT: "PRIVATE"}, true},
		"user":                {server.ConnInfo{AuthorizedUser: "PRIVATE"}, false},
		"issuer":              {server.ConnInfo{IssuerKey: "PRIVATE"}, false},
		"name tag":            {server.ConnInfo{NameTag: "PRIVATE"}, false},
		"certificate":         {server.ConnInfo{TLSPeerCerts: []*server.TLSPeerCert{{Subject: "PRIVATE"}}}, false},
		"user with a JWT too": {server.ConnInfo{JWT: "PRIVATE", AuthorizedUser: "PUBLIC"}, true},
	} {
		for _, identity := range []bool{false, true} {
			original := &server.ConnInfo{}
			*original = tt.conn
			s := &fleet.Snapshot{Servers: []*fleet.Server{{}, {Connz: &server.Connz{Conns: []*server.ConnInfo{original, {Name: "kept"}}}}}}
			out, err := json.Marshal(Redact(s, identity).Servers)
			if err != nil {
				t.Fatal(err)
			}
			if shown := strings.Contains(string(out), "PRIVATE"); shown != (identity && !tt.secret) || !strings.Contains(string(out), "kept") {
				t.Errorf("%s, identity %v: %s", name, identity, out)
			}
			if strings.Contains(string(out), "PUBLIC") != (identity && name == "user with a JWT too") {
				t.Errorf("%s, identity %v: %s", name, identity, out)
			}
			if before, after := mustJSON(t, tt.conn), mustJSON(t, original); before != after {
				t.Errorf("%s: the original became %s", name, after)
			}
		}
	}
}

// TestRedactWant keeps the user that was asked for with identities alone.
func TestRedactWant(t *testing.T) {
	s := &fleet.Snapshot{}
	s.Want.Conns.User = "kim"
	for identity, want := range map[bool]string{true: "kim", false: ""} {
		if got := Redact(s, identity).Want.Conns.User; got != want || s.Want.Conns.User != "kim" {
			t.Errorf("identity %v: %q", identity, got)
		}
	}
}

// TestRedactEachKey removes each key of an event's body, at any depth and in any
// case, and keeps the other members.
func TestRedactEachKey(t *testing.T) {
	keys := slices.Concat(secretKeys, identityKeys)
	if len(keys) != 16 {
		t.Errorf("%d keys", len(keys))
	}
	for _, key := range strings.Fields("jwt pass password auth_token token sig nonce seed user nkey user_name authorized_user issuer_key iss name_tag tls_peer_certs") {
		identifies := slices.Contains(identityKeys, key)
		for _, identity := range []bool{false, true} {
			body := `{"kept":1,"list":[{"` + strings.ToUpper(key) + `":"PRIVATE"}],"` + key + `":{"x":"PRIVATE"}}`
			got := string(RedactEvent(fleet.Event{Body: json.RawMessage(body)}, identity).Body)
			if shown := strings.Contains(got, "PRIVATE"); shown != (identity && identifies) || !strings.Contains(got, `"kept":1`) {
				t.Errorf("%s, identity %v: %s", key, identity, got)
			}
		}
	}
	if got := RedactEvent(fleet.Event{ID: "x", Body: json.RawMessage(`{"jwt":`)}, true); got.Body != nil || got.ID != "x" {
		t.Errorf("a body that is damaged: %s", got.Body)
	}
}

// TestURLsWithoutUserinfo drops what stands before the host, however it is written.
func TestURLsWithoutUserinfo(t *testing.T) {
	for in, want := range map[string]string{
		"nats://h:1": "nats://h:1", "nats://u:PRIVATE@h:1": "nats://h:1", "u:PRIVATE@h:1": "h:1", "nats://PRIVATE%zz@h:1": "h:1", "a@PRIVATE@h:1": "h:1", "nats://u:P@": "",
	} {
		given := []string{in}
		if got := withoutUserinfo(given); got[0] != want || given[0] != in {
			t.Errorf("%q: %q, want %q", in, got[0], want)
		}
	}
	if got := withoutUserinfo([]string{"nats://g:1", "nats://u:PRIVATE@h:1", "nats://i:1", "v:PRIVATE@j:1"}); !slices.Equal(got, []string{"nats://g:1", "nats://h:1", "nats://i:1", "j:1"}) {
		t.Errorf("of several: %q", got)
	}
}

// TestRedactKeepsIdentities keeps who issued and was revoked where identities were
// wanted, and in no other recording.
func TestRedactKeepsIdentities(t *testing.T) {
	s := &fleet.Snapshot{Servers: []*fleet.Server{{Accountz: &server.Accountz{Account: &server.AccountInfo{
		IssuerKey: "ISSUER", RevokedUser: map[string]time.Time{"REVOKED": {}}, Jwt: "PRIVATE",
	}}}}}
	for _, identity := range []bool{false, true} {
		text := mustJSON(t, Redact(s, identity))
		if strings.Contains(text, "ISSUER") != identity || strings.Contains(text, "REVOKED") != identity || strings.Contains(text, "PRIVATE") {
			t.Errorf("identity %v: %s", identity, text)
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestRecordingsOfRefusals keeps the causes of a refused login, and without
// identity neither user nor key.
func TestRecordingsOfRefusals(t *testing.T) {
	e := fleet.Event{Kind: fleet.EventAuthError, Why: "Authentication Failure: dave was revoked", Refusal: &fleet.Refusal{
		Reason: "Authentication Failure", User: "dave", Key: "KEY-OF", Issuer: "KEY-BY", Account: "KEY-ACC", Name: "dave", By: "dave", Notes: []string{"dave"},
		Causes: []fleet.RefusalCause{{Code: "revoked", Text: "dave was revoked", Proven: true, Next: "issue"}},
	}}
	text, err := json.Marshal(RedactEvent(e, false))
	if err != nil || strings.Contains(string(text), "dave") || strings.Contains(string(text), "KEY-") || !strings.Contains(string(text), "revoked") {
		t.Errorf("%v: %s", err, text)
	}
	if got := RedactEvent(e, true); got.Refusal != e.Refusal || got.Why != e.Why {
		t.Errorf("%+v", got)
	}
}
