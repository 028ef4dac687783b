package auth

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// template makes a random subject with operations.
func (d dice) template() string {
	return d.subject("a", "b", "*", "{{name()}}", "{{subject()}}", "{{ account-name() }}", "{{account-subject()}}",
		"{{tag(dept)}}", "{{tag(dept)}}", "x-{{tag(none)}}", "{{account-tag(env)}}", "{{Name()}}", d.one("b", "{{nothing()}}"))
}

func (d dice) templates() (list jwt.StringList) {
	for range d.IntN(3) {
		list = append(list, d.template())
	}
	return list
}

// TestTemplatesAreTheServers compares the rights of users of random roles with
// what the server lets them do.
func TestTemplatesAreTheServers(t *testing.T) {
	roles, each := 50, 6
	if testing.Short() {
		roles, each = 10, 3
	}
	o, d := trusted.Start(t, 1), dice{rand.New(rand.NewPCG(3, 9))}
	account := trusted.New(t, nkeys.CreateAccount)
	claims := jwt.NewAccountClaims(account.Public)
	claims.Name, claims.Tags = "app", jwt.TagList{"env:prod", "env:eu"}
	claims.DefaultPermissions.Pub.Allow = jwt.StringList{"default.>"}
	var signers []trusted.Pair
	for range roles {
		signer := trusted.New(t, nkeys.CreateAccount)
		scope := jwt.NewUserScope()
		scope.Key = signer.Public
		scope.Template.Pub = jwt.Permission{Allow: d.templates(), Deny: d.templates()}
		scope.Template.Sub = jwt.Permission{Allow: d.templates(), Deny: d.templates()}
		claims.SigningKeys.AddScopedSigner(scope)
		signers = append(signers, signer)
	}
	claims = o.Store(t, claims)
	refused := 0
	for _, signer := range signers {
		for range each {
			user := trusted.New(t, nkeys.CreateUser)
			uc := jwt.NewUserClaims(user.Public)
			uc.SetScoped(true)
			uc.IssuerAccount, uc.Name = account.Public, d.one("dave", "eve.x", "no spaces", "")
			for range d.IntN(4) {
				uc.Tags.Add(d.one("dept:shop", "dept:bank", "dept:b.c", "team:x"))
			}
			if !compareUser(t, o, d, uc, claims, signer, user) {
				refused++
			}
		}
	}
	if refused == 0 || refused == roles*each {
		t.Errorf("%d of %d refused: the cases are not mixed", refused, roles*each)
	}
}

// compareUser logs a user in and compares decisions; it reports whether the server
// let it in.
func compareUser(t *testing.T, o *trusted.Operator, d dice, uc *jwt.UserClaims, account *jwt.AccountClaims, signer, user trusted.Pair) bool {
	t.Helper()
	token := trusted.Encode(t, uc, signer)
	uc, err := jwt.DecodeUserClaims(token)
	if err != nil {
		t.Fatal(err)
	}
	limits, why := Effective(uc, account)
	c := dial(t, o.Servers[0], func(nonce string) string {
		sig, err := user.Sign([]byte(nonce))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`"jwt":%q,"sig":%q`, token, base64.RawURLEncoding.EncodeToString(sig))
	})
	defer c.Close()
	if _, err := c.Write([]byte("PING\r\n")); err != nil {
		t.Fatal(err)
	}
	line, err := c.lines.ReadString('\n')
	if in := strings.HasPrefix(line, "PONG"); err != nil || in != (why == nil) {
		t.Fatalf("the server says %q, natsctl %v: %+v", line, why, account.SigningKeys[signer.Public])
	}
	if why != nil {
		return false
	}
	p := Permissions(limits.Permissions)
	c.compare(d, 60, NewRights(p, false), p, "a", "b", "dave", "eve", "x", "app", "shop", "bank", "prod", "eu", uc.Subject, account.Subject, "default")
	return true
}
