package plan

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Trust is the chain of signatures of AuthOperator: an operator, its signing key, and the accounts with theirs. Nothing is
// signed with the keys of operator or account themselves, and servers insist on that.
type Trust struct {
	Operator string                   `json:"operator"` // seed
	Signing  string                   `json:"signing"`  // seed
	JWT      string                   `json:"jwt"`      // of the operator
	Accounts map[string]*TrustAccount `json:"accounts"`
}

// TrustAccount is one account.
type TrustAccount struct {
	ID      string            `json:"id"` // public key
	Seed    string            `json:"seed"`
	Signing string            `json:"signing"`         // seed
	Roles   map[string]string `json:"roles,omitempty"` // seed of the scoped signing key of each role
	JWT     string            `json:"jwt"`
}

// newTrust makes all keys and the JWTs of operator and accounts. The keys that old, which may be nil, has are kept.
func newTrust(sp spec.Spec, old *Trust) (*Trust, error) {
	if old == nil {
		old = &Trust{Accounts: map[string]*TrustAccount{}}
	}
	t := &Trust{Operator: old.Operator, Signing: old.Signing, Accounts: map[string]*TrustAccount{}}
	for _, seed := range []*string{&t.Operator, &t.Signing} {
		if err := ensureKey(seed, nkeys.CreateOperator); err != nil {
			return nil, err
		}
	}
	all := append([]spec.Account{{Name: spec.SystemAccount, NoJetStream: true}}, sp.Accounts...)
	for _, a := range all {
		ta, err := newTrustAccount(a, old.Accounts[a.Name])
		if err != nil {
			return nil, err
		}
		t.Accounts[a.Name] = ta
	}
	var err error
	if t.JWT, err = t.operatorJWT(sp.Name, old.JWT); err != nil {
		return nil, err
	}
	for _, a := range all {
		if err := t.signAccount(a, sp.NoJetStream, old.Accounts[a.Name]); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func newTrustAccount(a spec.Account, old *TrustAccount) (*TrustAccount, error) {
	if old == nil {
		old = &TrustAccount{}
	}
	ta := &TrustAccount{Seed: old.Seed, Signing: old.Signing, Roles: map[string]string{}}
	for _, seed := range []*string{&ta.Seed, &ta.Signing} {
		if err := ensureKey(seed, nkeys.CreateAccount); err != nil {
			return nil, err
		}
	}
	for _, k := range a.SigningKeys {
		seed := old.Roles[k.Role]
		if err := ensureKey(&seed, nkeys.CreateAccount); err != nil {
			return nil, err
		}
		ta.Roles[k.Role] = seed
	}
	ta.ID = public(ta.Seed)
	return ta, nil
}

// encode signs claims with the key of a seed.
func encode(c interface {
	Encode(nkeys.KeyPair) (string, error)
}, seed string,
) (string, error) {
	kp, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return "", fmt.Errorf("read a key: %w", err)
	}
	text, err := c.Encode(kp)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return text, nil
}

// operatorJWT makes the JWT of the operator, or returns the old one, which may be "", when that says the same.
func (t *Trust) operatorJWT(name, old string) (string, error) {
	c := jwt.NewOperatorClaims(public(t.Operator))
	c.Name = name
	c.SystemAccount = t.Accounts[spec.SystemAccount].ID
	c.StrictSigningKeyUsage = true
	c.SigningKeys.Add(public(t.Signing))
	text, err := encode(c, t.Operator)
	return keepJWT(old, text), err
}

// keepJWT returns the old JWT if the new one differs only in its issue time: servers that have it need no update.
func keepJWT(old, now string) string {
	a, b := claimsOf(old), claimsOf(now)
	if a != nil && reflect.DeepEqual(a, b) {
		return old
	}
	return now
}

// claimsOf returns the claims of a JWT without its issue time; nil if it is invalid.
func claimsOf(token string) map[string]any {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	var out map[string]any
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(data, &out) != nil {
		return nil
	}
	delete(out, "iat")
	delete(out, "jti")
	return out
}

// signAccount makes the JWT of an account. Revocations in the old one, which may be nil, are kept.
func (t *Trust) signAccount(a spec.Account, noJetStream bool, old *TrustAccount) error {
	ta := t.Accounts[a.Name]
	c := jwt.NewAccountClaims(ta.ID)
	c.Name = a.Name
	if old != nil {
		was, err := jwt.DecodeAccountClaims(old.JWT)
		if err != nil {
			return fmt.Errorf("decode the JWT of account %s: %w", a.Name, err)
		}
		c.Revocations = was.Revocations
		defer func() { ta.JWT = keepJWT(old.JWT, ta.JWT) }()
	}
	c.SigningKeys.Add(public(ta.Signing))
	for _, k := range a.SigningKeys {
		scope := jwt.NewUserScope()
		scope.Key, scope.Role = public(ta.Roles[k.Role]), k.Role
		scope.Template.Permissions = permissionClaims(k.Permissions)
		c.SigningKeys.AddScopedSigner(scope)
	}
	if !a.NoJetStream && !noJetStream {
		c.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit}
	}
	for _, x := range a.Exports {
		c.Exports.Add(exportClaim(x))
	}
	for _, im := range a.Imports {
		c.Imports.Add(importClaim(im, t.Accounts[im.From].ID))
	}
	return t.sign(ta, c)
}

// sign signs the claims of an account with the operator's signing key and checks them as a server would.
func (t *Trust) sign(ta *TrustAccount, c *jwt.AccountClaims) error {
	var vr jwt.ValidationResults
	c.Validate(&vr)
	if errs := vr.Errors(); len(errs) > 0 {
		return fmt.Errorf("account %s: %w", c.Name, errs[0])
	}
	text, err := encode(c, t.Signing)
	if err != nil {
		return fmt.Errorf("account %s: %w", c.Name, err)
	}
	ta.JWT = text
	return nil
}

func exportClaim(x spec.Export) *jwt.Export {
	if x.Service != "" {
		return &jwt.Export{Name: x.Service, Subject: jwt.Subject(x.Service), Type: jwt.Service, ResponseType: jwt.ResponseTypeStream}
	}
	return &jwt.Export{Name: x.Stream, Subject: jwt.Subject(x.Stream), Type: jwt.Stream}
}

func importClaim(im spec.Import, account string) *jwt.Import {
	c := &jwt.Import{Name: im.Stream + im.Service, Subject: jwt.Subject(im.Stream + im.Service), Account: account, Type: jwt.Stream, LocalSubject: jwt.RenamingSubject(im.To)}
	if im.Service != "" {
		c.Type = jwt.Service
	}
	return c
}

// permissionClaims converts permissions to JWT claims.
func permissionClaims(p spec.Permissions) jwt.Permissions {
	return jwt.Permissions{
		Pub: jwt.Permission{Allow: p.Pub, Deny: p.DenyPub},
		Sub: jwt.Permission{Allow: p.Sub, Deny: p.DenySub},
	}
}

// User makes a user of an account and returns its public key and the text of its credentials file.
func (t *Trust) User(account string, u spec.User) (id, creds string, err error) {
	ta := t.Accounts[account]
	id, seed, err := newKey(nkeys.CreateUser)
	if err != nil {
		return "", "", err
	}
	c := jwt.NewUserClaims(id)
	c.Name, c.IssuerAccount = u.Name, ta.ID
	signer := ta.Signing
	if u.Role != "" {
		signer = ta.Roles[u.Role]
		c.SetScoped(true)
	} else {
		c.Permissions = permissionClaims(u.Permissions)
	}
	text, err := encode(c, signer)
	if err != nil {
		return "", "", err
	}
	file, err := jwt.FormatUserConfig(text, []byte(seed))
	if err != nil {
		return "", "", fmt.Errorf("format: %w", err)
	}
	return id, string(file), nil
}

// revoke returns a copy of the trust in which a user of an account is revoked; the old one is not modified.
func (t *Trust) revoke(account, user string) (*Trust, error) {
	next, ta := *t, *t.Accounts[account]
	next.Accounts = maps.Clone(t.Accounts)
	next.Accounts[account] = &ta
	c, err := jwt.DecodeAccountClaims(ta.JWT)
	if err != nil {
		return nil, fmt.Errorf("decode the JWT of account %s: %w", account, err)
	}
	c.Revoke(user)
	return &next, next.sign(&ta, c)
}
