package auth

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// TestChain verifies chains, and finds each way in which one is broken.
func TestChain(t *testing.T) {
	op, opSigner, app, role := trusted.New(t, nkeys.CreateOperator), trusted.New(t, nkeys.CreateOperator), trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateAccount)
	user := trusted.New(t, nkeys.CreateUser)
	now := time.Now()
	for name, c := range map[string]struct {
		change      func(*jwt.OperatorClaims, *jwt.AccountClaims, *jwt.UserClaims)
		byOp, byApp trusted.Pair
		spoil       string // whose signature
		missing     bool   // the account is not given
		want        string
	}{
		"whole":                {nil, opSigner, role, "", false, "user valid signing key of role member, account valid signing key, operator valid identity key"},
		"by identity keys":     {nil, op, app, "", false, "user valid identity key, account valid identity key, operator valid identity key"},
		"strict operator":      {func(o *jwt.OperatorClaims, _ *jwt.AccountClaims, _ *jwt.UserClaims) { o.StrictSigningKeyUsage = true }, op, role, "", false, "user valid signing key of role member, account invalid identity key, operator valid identity key"},
		"removed key":          {func(_ *jwt.OperatorClaims, a *jwt.AccountClaims, _ *jwt.UserClaims) { a.SigningKeys = nil }, opSigner, role, "", false, "user invalid , account valid signing key, operator valid identity key"},
		"expired user":         {func(_ *jwt.OperatorClaims, _ *jwt.AccountClaims, u *jwt.UserClaims) { u.Expires = now.Unix() }, opSigner, role, "", false, "user invalid signing key of role member, account valid signing key, operator valid identity key"},
		"early account":        {func(_ *jwt.OperatorClaims, a *jwt.AccountClaims, _ *jwt.UserClaims) { a.NotBefore = now.Unix() + 9 }, opSigner, role, "", false, "user valid signing key of role member, account invalid signing key, operator valid identity key"},
		"wrong signature":      {nil, opSigner, role, "user", false, "user invalid signing key of role member, account valid signing key, operator valid identity key"},
		"forged account":       {nil, opSigner, role, "account", false, "user not checked , account invalid signing key, operator valid identity key"},
		"account is not given": {nil, opSigner, role, "", true, "user not checked "},
	} {
		oc, ac, uc := jwt.NewOperatorClaims(op.Public), jwt.NewAccountClaims(app.Public), jwt.NewUserClaims(user.Public)
		oc.SigningKeys.Add(opSigner.Public)
		scope := jwt.NewUserScope()
		scope.Key, scope.Role = role.Public, "member"
		ac.SigningKeys.AddScopedSigner(scope)
		uc.IssuerAccount = app.Public
		if c.change != nil {
			c.change(oc, ac, uc)
		}
		encode := func(kind string, claims jwt.Claims, by trusted.Pair) Document {
			token := trusted.Encode(t, claims, by)
			if c.spoil == kind {
				token = token[:len(token)-8] + "AAAAAAAA"
			}
			return read(t, token)
		}
		d := encode("user", uc, c.byApp)
		others := []Document{read(t, trusted.Encode(t, oc, op)), read(t, trusted.Encode(t, jwt.NewAccountClaims(trusted.New(t, nkeys.CreateAccount).Public), op))}
		if !c.missing {
			others = append(others, encode("account", ac, c.byOp))
		}
		var got []string
		for _, l := range d.Chain(others, now) {
			got = append(got, fmt.Sprintf("%s %s %s", l.Kind, l.State, l.By))
			if (l.State == Valid) != (l.Why == "") {
				t.Errorf("%s: %+v", name, l)
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func read(t *testing.T, text string) Document {
	t.Helper()
	d, err := Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRead reads what nsc, nk and the nats CLI write.
func TestRead(t *testing.T) {
	account, user := trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateUser)
	token := trusted.Encode(t, jwt.NewUserClaims(user.Public), account)
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	creds, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		t.Fatal(err)
	}
	decorated, err := jwt.DecorateSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text      string
		kind      Kind
		key, seed string
	}{
		"JWT":            {token, User, user.Public, ""},
		"JWT and line":   {"\n" + token + "\n", User, user.Public, ""},
		"credentials":    {string(creds), User, user.Public, user.Public},
		"seed":           {string(seed) + "\n", Key, user.Public, user.Public},
		"decorated seed": {string(decorated), Key, user.Public, user.Public},
		"public key":     {account.Public + "\n", Key, account.Public, ""},
	} {
		d, err := Read([]byte(c.text))
		if err != nil || d.Kind != c.kind || d.Key != c.key || d.Seed != c.seed || d.Broken != nil {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	for _, text := range []string{"", "hello", "eyJ.eyJ.x", strings.Repeat("S", 58), account.Public + " " + account.Public, "a.b.c"} {
		if d, err := Read([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, d)
		}
	}
}

// FuzzRead reads anything.
func FuzzRead(f *testing.F) {
	f.Add([]byte("eyJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJuYXRzIjp7InR5cGUiOiJ1c2VyIn19.AAAA"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if d, err := Read(text); err == nil {
			d.Chain([]Document{d}, time.Now())
		}
	})
}

// TestActivations judges the tokens of imports as the server does.
func TestActivations(t *testing.T) {
	from, into, role, other := trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateAccount)
	now := time.Now()
	exporting := func(change func(*jwt.AccountClaims)) *jwt.AccountClaims {
		c := jwt.NewAccountClaims(from.Public)
		c.SigningKeys.Add(role.Public)
		c.Exports.Add(&jwt.Export{Subject: "orders.>", Type: jwt.Stream, TokenReq: true})
		if change != nil {
			change(c)
		}
		return c
	}
	for name, c := range map[string]struct {
		change func(*jwt.ActivationClaims)
		by     trusted.Pair
		from   *jwt.AccountClaims
		why    string
	}{
		"good":              {nil, from, exporting(nil), ""},
		"by a signing key":  {func(a *jwt.ActivationClaims) { a.IssuerAccount = from.Public }, role, exporting(nil), ""},
		"expired":           {func(a *jwt.ActivationClaims) { a.Expires = now.Unix() - 1 }, from, exporting(nil), "expired on"},
		"for another":       {func(a *jwt.ActivationClaims) { a.Subject = other.Public }, from, exporting(nil), "it is for account"},
		"by another":        {nil, other, exporting(nil), "it was issued by account"},
		"of the wrong type": {func(a *jwt.ActivationClaims) { a.ImportType = jwt.Service }, from, exporting(nil), "it is for a service, the import is a stream"},
		"another subject":   {func(a *jwt.ActivationClaims) { a.ImportSubject = "stats.>" }, from, exporting(nil), "it is for subject stats.>"},
		"key is gone":       {func(a *jwt.ActivationClaims) { a.IssuerAccount = from.Public }, role, exporting(func(c *jwt.AccountClaims) { c.SigningKeys = nil }), "is not a key of the exporting account"},
		"key is not known":  {func(a *jwt.ActivationClaims) { a.IssuerAccount = from.Public }, role, nil, ""},
		"revoked":           {nil, from, exporting(func(c *jwt.AccountClaims) { c.Exports[0].RevokeAt(into.Public, now.Add(time.Hour)) }), "it was revoked"},
	} {
		act := jwt.NewActivationClaims(into.Public)
		act.ImportSubject, act.ImportType = "orders.>", jwt.Stream
		if c.change != nil {
			c.change(act)
		}
		im := &jwt.Import{Account: from.Public, Subject: "orders.eu", Type: jwt.Stream, Token: trusted.Encode(t, act, c.by)}
		got := ReadToken(im, into.Public, c.from, now)
		if (got.State == Valid) != (c.why == "") || !strings.Contains(got.Why, c.why) {
			t.Errorf("%s: %+v", name, got)
		}
		whole := jwt.NewAccountClaims(into.Public)
		whole.Imports.Add(im)
		if hidden, _ := WithoutTokens(whole).(*jwt.AccountClaims); hidden.Imports[0].Token == im.Token || whole.Imports[0].Token != im.Token {
			t.Errorf("%s: the token is shown, or lost", name)
		}
	}
	if ReadToken(&jwt.Import{Account: from.Public}, into.Public, nil, now) != nil {
		t.Error("an import without a token has one")
	}
	if got := ReadToken(&jwt.Import{Account: from.Public, Token: "x"}, into.Public, nil, now); got.State != Invalid {
		t.Errorf("garbage: %+v", got)
	}
}

func TestKindOfKey(t *testing.T) {
	kinds := map[string]func() (nkeys.KeyPair, error){
		"operator": nkeys.CreateOperator, "account": nkeys.CreateAccount, "user": nkeys.CreateUser, "server": nkeys.CreateServer, "cluster": nkeys.CreateCluster, "curve": nkeys.CreateCurveKeys,
	}
	var got []string
	for kind, create := range kinds {
		if k := trusted.New(t, create); KindOfKey(k.Public) != kind {
			got = append(got, kind)
		}
	}
	if slices.Sort(got); len(got) > 0 || KindOfKey("x") != "" {
		t.Errorf("not recognized: %q", got)
	}
}
