package sys_test

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// anyJWT is a JWT as it may stand in any text, with what stands where its
// signature was.
var anyJWT = regexp.MustCompile(`ey[A-Za-z0-9_-]+\.(ey[A-Za-z0-9_-]+)\.([A-Za-z0-9_*-]*)`)

// signed lists the signatures in a text, and in the claims of its JWTs; jwts is how
// many there are.
func signed(text string) (signatures []string, jwts int) {
	for _, m := range anyJWT.FindAllStringSubmatch(text, -1) {
		jwts++
		if m[2] != "********" {
			signatures = append(signatures, m[2])
		}
		if claims, err := base64.RawURLEncoding.DecodeString(m[1]); err == nil {
			inner, n := signed(string(claims))
			signatures, jwts = append(signatures, inner...), jwts+n
		}
	}
	return signatures, jwts
}

// TestNoEndpointShowsSignatures asks everything of a server in operator mode whose
// account imports with an activation and has a connected user: JWTs keep their
// claims, and no signature is told, neither of the account nor of the activation
// within it, nor of the user.
func TestNoEndpointShowsSignatures(t *testing.T) {
	o := trusted.Start(t, 1)
	exporter, app, user := trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateUser)
	shop := jwt.NewAccountClaims(exporter.Public)
	shop.Name = "SHOP"
	shop.Exports.Add(&jwt.Export{Name: "orders", Subject: "orders.>", Type: jwt.Stream, TokenReq: true})
	o.Store(t, shop)
	act := jwt.NewActivationClaims(app.Public)
	act.ImportSubject, act.ImportType = "orders.>", jwt.Stream
	activation := trusted.Encode(t, act, exporter)
	claims := jwt.NewAccountClaims(app.Public)
	claims.Name = "APP"
	claims.Imports.Add(&jwt.Import{Name: "orders", Account: exporter.Public, Subject: "orders.>", Type: jwt.Stream, Token: activation})
	o.Store(t, claims)
	token := trusted.Encode(t, jwt.NewUserClaims(user.Public), app)
	nc, err := o.Login(0, token, user)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	client, total := sys.New(o.SystemUser(t)), 0
	for _, ep := range endpoint.List() {
		if ep.Act || ep.Kind == endpoint.Profilez {
			continue
		}
		req := sys.Request{Kind: ep.Kind, Options: map[string]any{"auth": true, "account": app.Public, "acc": app.Public, "subject": "x"}}
		if ep.Account() {
			req.Account = app.Public
		}
		got, err := client.Request(t.Context(), req)
		if err != nil {
			t.Logf("%s: %v", ep.Kind, err)
			continue
		}
		text := ""
		for _, a := range got.List {
			text += string(a.Data)
		}
		signatures, n := signed(text)
		if total += n; len(signatures) > 0 {
			t.Errorf("%s tells signatures %q: %s", ep.Kind, signatures, text)
		}
		for name, secret := range map[string]string{"account": token, "activation": activation} {
			if strings.Contains(text, secret[strings.LastIndexByte(secret, '.')+1:]) {
				t.Errorf("%s tells the signature of the %s", ep.Kind, name)
			}
		}
		if ep.Kind == endpoint.ClaimsLookup && (n != 2 || !strings.Contains(decodedClaims(t, text), `"name":"APP"`)) {
			t.Errorf("%s has lost claims: %d JWTs in %s", ep.Kind, n, text)
		}
	}
	if total < 6 {
		t.Errorf("only %d JWTs were seen: does the test ask for them?", total)
	}
}

// decodedClaims are the claims of the first JWT in a text.
func decodedClaims(t *testing.T, text string) string {
	t.Helper()
	m := anyJWT.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	claims, err := base64.RawURLEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(claims)
}
