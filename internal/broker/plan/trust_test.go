package plan

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// signed is the plan of a cluster in operator mode with everything that its JWTs can say.
func signed(t failer, old *Plan) Plan {
	sp := spectest.Everything(spec.AuthOperator, spec.TLSNone)
	sp.Accounts[0].SigningKeys = []spec.SigningKey{{Role: "member", Permissions: spec.Permissions{Pub: []string{"p.{{name()}}"}, Sub: []string{"s"}, DenyPub: []string{"dp"}, DenySub: []string{"ds"}}}}
	sp.Accounts[0].Users = append(sp.Accounts[0].Users, spec.User{Name: "m", Role: "member"},
		spec.User{Name: "four", Permissions: spec.Permissions{Pub: []string{"p"}, Sub: []string{"s"}, DenyPub: []string{"dp"}, DenySub: []string{"ds"}}})
	sp.Accounts[1].NoJetStream = true
	return drawn(t, sp, old)
}

// TestOperatorJWT is what an operator says: its system account, and that only signing keys sign.
func TestOperatorJWT(t *testing.T) {
	t.Parallel()
	p := signed(t, nil)
	c := spectest.Must(jwt.DecodeOperatorClaims(p.Trust.JWT))
	if c.Name != "all" || c.Subject != public(p.Trust.Operator) || c.Issuer != c.Subject || !c.StrictSigningKeyUsage || c.SystemAccount != p.Trust.Accounts[spec.SystemAccount].ID {
		t.Errorf("%+v", c)
	}
	if !slices.Equal(c.SigningKeys, jwt.StringList{public(p.Trust.Signing)}) || p.Trust.Signing == p.Trust.Operator {
		t.Errorf("signing keys %v", c.SigningKeys)
	}
}

// TestAccountJWT is what accounts say: signing keys and roles, exports and imports, JetStream.
func TestAccountJWT(t *testing.T) {
	t.Parallel()
	p := signed(t, nil)
	chat, press := spectest.Must(jwt.DecodeAccountClaims(p.Trust.Accounts["CHAT"].JWT)), spectest.Must(jwt.DecodeAccountClaims(p.Trust.Accounts["PRESS"].JWT))
	ta := p.Trust.Accounts["CHAT"]
	if chat.Name != "CHAT" || chat.Issuer != public(p.Trust.Signing) || chat.Subject != ta.ID || ta.ID != public(ta.Seed) || len(chat.SigningKeys) != 2 {
		t.Errorf("%+v", chat)
	}
	scope, ok := chat.SigningKeys.GetScope(public(ta.Roles["member"]))
	if !ok {
		t.Fatal("no signing key for the role")
	}
	want := jwt.Permissions{Pub: jwt.Permission{Allow: jwt.StringList{"p.{{name()}}"}, Deny: jwt.StringList{"dp"}}, Sub: jwt.Permission{Allow: jwt.StringList{"s"}, Deny: jwt.StringList{"ds"}}}
	if s := scope.(*jwt.UserScope); s.Role != "member" || !cmp.Equal(s.Template.Permissions, want) {
		t.Errorf("%+v", s)
	}
	if plain, ok := chat.SigningKeys.GetScope(public(ta.Signing)); !ok || plain != nil {
		t.Errorf("the account's signing key: %v %v", plain, ok)
	}
	limits := func(c *jwt.AccountClaims) jwt.JetStreamLimits { return c.Limits.JetStreamLimits }
	if l := limits(chat); l.MemoryStorage != jwt.NoLimit || l.DiskStorage != jwt.NoLimit || l.Streams != jwt.NoLimit || l.Consumer != jwt.NoLimit {
		t.Errorf("JetStream of CHAT: %+v", l)
	}
	if l := limits(press); l != (jwt.JetStreamLimits{}) {
		t.Errorf("JetStream of PRESS: %+v", l)
	}
	if l := limits(spectest.Must(jwt.DecodeAccountClaims(p.Trust.Accounts[spec.SystemAccount].JWT))); l != (jwt.JetStreamLimits{}) {
		t.Errorf("JetStream of the system account: %+v", l)
	}
	help, news := chat.Exports[0], chat.Exports[1]
	if help.Type != jwt.Service || help.Subject != "chat.help" || help.ResponseType != jwt.ResponseTypeStream || news.Type != jwt.Stream || news.Subject != "chat.news" {
		t.Errorf("exports %+v %+v", help, news)
	}
	in, feed := press.Imports[0], press.Imports[1]
	if in.Type != jwt.Service || in.Subject != "chat.help" || in.Account != ta.ID || in.LocalSubject != "help" || feed.Type != jwt.Stream || feed.Subject != "chat.news" || feed.LocalSubject != "" {
		t.Errorf("imports %+v %+v", in, feed)
	}
	sp := spectest.Everything(spec.AuthOperator, spec.TLSNone)
	sp.NoJetStream, sp.Clusters[0].MQTT = true, false
	if l := limits(spectest.Must(jwt.DecodeAccountClaims(drawn(t, sp, nil).Trust.Accounts["CHAT"].JWT))); l != (jwt.JetStreamLimits{}) {
		t.Errorf("without JetStream: %+v", l)
	}
}

// TestUserJWT is what users say: their account, and their own permissions or those of a role.
func TestUserJWT(t *testing.T) {
	t.Parallel()
	p := signed(t, nil)
	ta := p.Trust.Accounts["CHAT"]
	for user, want := range map[string]struct {
		issuer string
		perm   jwt.Permissions
	}{
		"alice": {ta.Signing, jwt.Permissions{}},
		"four":  {ta.Signing, jwt.Permissions{Pub: jwt.Permission{Allow: jwt.StringList{"p"}, Deny: jwt.StringList{"dp"}}, Sub: jwt.Permission{Allow: jwt.StringList{"s"}, Deny: jwt.StringList{"ds"}}}},
		"m":     {ta.Roles["member"], jwt.Permissions{}},
	} {
		id := p.identityOf("CHAT", user)
		c := spectest.Must(jwt.DecodeUserClaims(spectest.Must(jwt.ParseDecoratedJWT([]byte(id.Secret)))))
		if c.Name != user || c.IssuerAccount != ta.ID || c.Issuer != public(want.issuer) || c.Subject != id.Public || !cmp.Equal(c.Permissions, want.perm) {
			t.Errorf("%s: %+v", user, c)
		}
		if scoped := c.HasEmptyPermissions(); scoped != (user == "m") {
			t.Errorf("%s: scoped %v", user, scoped)
		}
		key := spectest.Must(jwt.ParseDecoratedUserNKey([]byte(id.Secret)))
		if pub := spectest.Must(key.PublicKey()); pub != id.Public {
			t.Errorf("%s: the key is of %s", user, pub)
		}
	}
}

// TestRevokedStaysRevoked revokes a user, plans again for a changed account, and finds it revoked there too.
func TestRevokedStaysRevoked(t *testing.T) {
	t.Parallel()
	p := signed(t, nil)
	before := p.Trust.Accounts["CHAT"].JWT
	alice := p.identityOf("CHAT", "alice")
	next := p
	account, err := next.Revoke("alice")
	if err != nil || account != "CHAT" {
		t.Fatal(account, err)
	}
	if p.Trust.Accounts["CHAT"].JWT != before {
		t.Error("the plan before was changed")
	}
	sp := next.Spec
	sp.Accounts = slices.Clone(sp.Accounts)
	sp.Accounts[0].Exports = append(slices.Clone(sp.Accounts[0].Exports), spec.Export{Stream: "new"})
	again := drawn(t, sp, &next)
	for name, pl := range map[string]Plan{"at once": next, "planned again": again} {
		c := spectest.Must(jwt.DecodeAccountClaims(pl.Trust.Accounts["CHAT"].JWT))
		if _, ok := c.Revocations[alice.Public]; !ok || len(c.Revocations) != 1 {
			t.Errorf("%s: %v", name, c.Revocations)
		}
	}
	if again.Trust.Accounts["PRESS"].JWT != p.Trust.Accounts["PRESS"].JWT || again.Trust.JWT != p.Trust.JWT {
		t.Error("what says the same was signed again")
	}
}

// TestJWTsAreKept signs nothing again that says the same.
func TestJWTsAreKept(t *testing.T) {
	t.Parallel()
	p := signed(t, nil)
	next := signed(t, &p)
	if next.Trust.JWT != p.Trust.JWT || next.Trust.Operator != p.Trust.Operator || next.Trust.Signing != p.Trust.Signing {
		t.Error("another operator")
	}
	for name, was := range p.Trust.Accounts {
		if now := next.Trust.Accounts[name]; !cmp.Equal(*now, *was) {
			t.Errorf("account %s is another", name)
		}
	}
	for text, want := range map[string]bool{"": true, "a.b": true, "a.b.c": true, "a." + "e30" + ".c": false} {
		if (claimsOf(text) == nil) != want {
			t.Errorf("%q says %v", text, claimsOf(text))
		}
	}
	if keepJWT("x", "y") != "y" || keepJWT("", "y") != "y" {
		t.Error("what is no JWT was kept")
	}
	made := func(claims string) string { return "h." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".s" }
	old := made(`{"iat":1,"jti":"A","name":"x"}`)
	if later := made(`{"iat":2,"jti":"B","name":"x"}`); keepJWT(old, later) != old {
		t.Error("one that was only issued at another time was not kept")
	}
	if other := made(`{"iat":2,"jti":"B","name":"y"}`); keepJWT(old, other) != other {
		t.Error("one that says something else was kept")
	}
}

// TestInvalidClaimsAreNotSigned refuses what a server would refuse, and keeps the JWT that it has.
func TestInvalidClaimsAreNotSigned(t *testing.T) {
	t.Parallel()
	p := signed(t, nil)
	ta := *p.Trust.Accounts["CHAT"]
	c := spectest.Must(jwt.DecodeAccountClaims(ta.JWT))
	c.Imports.Add(&jwt.Import{Subject: "from.nobody", Type: jwt.Stream})
	if err := p.Trust.sign(&ta, c); err == nil || !strings.Contains(err.Error(), "account CHAT") || ta.JWT != p.Trust.Accounts["CHAT"].JWT {
		t.Errorf("signed: %v", err)
	}
}

// TestOtherKeys gives two clusters no key in common.
func TestOtherKeys(t *testing.T) {
	t.Parallel()
	a, b := signed(t, nil), signed(t, nil)
	if a.Trust.Operator == b.Trust.Operator || a.Trust.Signing == b.Trust.Signing || a.Trust.Accounts["CHAT"].Seed == b.Trust.Accounts["CHAT"].Seed || a.Link == b.Link {
		t.Error("two clusters share a key")
	}
	if public("no seed") != "" {
		t.Error("a public key of nothing")
	}
}
