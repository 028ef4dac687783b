package broker

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"
)

// Identity is somebody who can connect to a cluster: a user, the account it is in, and its secrets. Files are paths; what a
// mode of authentication does not need is empty.
type Identity struct {
	Account  string `json:"account"`
	User     string `json:"user"`
	Password string `json:"password,omitempty"`
	Public   string `json:"public,omitempty"` // public key of AuthNKey and AuthOperator
	Secret   string `json:"secret,omitempty"` // what Seed or Creds holds
	Seed     string `json:"seed_file,omitempty"`
	Creds    string `json:"creds_file,omitempty"`
	CA       string `json:"ca_file,omitempty"`
	Cert     string `json:"cert_file,omitempty"` // of TLSMutual
	Key      string `json:"key_file,omitempty"`
}

// System says whether the identity is in the system account.
func (i Identity) System() bool { return i.Account == SystemAccount }

func completeAccounts(given []Account) []Account {
	if len(given) == 0 {
		given = []Account{{Name: "APP"}}
	}
	out := slices.Clone(given)
	for i, a := range out {
		if len(a.Users) == 0 {
			out[i].Users = []User{{Name: strings.ToLower(a.Name)}}
		}
	}
	return out
}

// identify makes the identity of each user, and of each account that leaf nodes bind, as far as old does not have it.
func (p *plan) identify(old *plan) error {
	if p.Spec.Auth == AuthOperator {
		t, err := newTrust(p.Spec, old.Trust)
		if err != nil {
			return err
		}
		p.Trust = t
	}
	add := func(to *[]Identity, account string, u User) error {
		if id, ok := old.identity(account, u, p); ok {
			*to = append(*to, id)
			return nil
		}
		id, err := p.newIdentity(account, u)
		*to = append(*to, id)
		return err
	}
	if err := add(&p.Identities, SystemAccount, User{Name: SystemUser}); err != nil {
		return err
	}
	for _, a := range p.Spec.Accounts {
		for _, u := range a.Users {
			if err := add(&p.Identities, a.Name, u); err != nil {
				return err
			}
		}
	}
	for _, account := range p.leafAccounts("") {
		if err := add(&p.Links, account, User{Name: leafUser + "-" + account}); err != nil {
			return err
		}
	}
	return nil
}

// identity is the identity that a plan has of a user, if the next plan can use it: made in the same way, and for a user who may
// do the same where the secret itself says what that is.
func (p *plan) identity(account string, u User, next *plan) (Identity, bool) {
	if p.Spec.Auth != next.Spec.Auth || p.mapsCertificates() != next.mapsCertificates() {
		return Identity{}, false
	}
	if p.Trust != nil && !reflect.DeepEqual(p.Spec.user(u.Name), next.Spec.user(u.Name)) {
		return Identity{}, false
	}
	for _, id := range append(slices.Clone(p.Identities), p.Links...) {
		if id.Account == account && id.User == u.Name {
			id.CA, id.Cert, id.Key = "", "", "" // made anew
			return id, true
		}
	}
	return Identity{}, false
}

// user is the user of the name; zero when there is none.
func (s Spec) user(name string) User {
	for _, a := range s.Accounts {
		for _, u := range a.Users {
			if u.Name == name {
				return u
			}
		}
	}
	return User{}
}

// newIdentity makes the secrets of a user as the mode of authentication asks for.
func (p *plan) newIdentity(account string, u User) (Identity, error) {
	id := Identity{Account: account, User: u.Name}
	leaf := strings.HasPrefix(u.Name, leafUser+"-")
	switch {
	case p.Trust != nil:
		var err error
		if id.Public, id.Secret, err = p.Trust.user(account, u); err != nil {
			return id, fmt.Errorf("make the credentials of %s: %w", u.Name, err)
		}
		id.Creds = filepath.Join(p.Dir, "creds", u.Name+".creds")
	case p.Spec.Auth == AuthNKey && !leaf:
		kp, err := nkeys.CreateUser()
		if err != nil {
			return id, fmt.Errorf("make the key of %s: %w", u.Name, err)
		}
		if id.Public, id.Secret, err = keyPair(kp); err != nil {
			return id, err
		}
		id.Seed = filepath.Join(p.Dir, "creds", u.Name+".nk")
	case !p.mapsCertificates() || leaf:
		id.Password = newSecret()
	}
	return id, nil
}

// mapsCertificates says whether the certificate of a client says who it is.
func (p *plan) mapsCertificates() bool {
	return p.Spec.TLS.Mode == TLSMutual && p.Spec.Auth == AuthUsers
}

// keyPair is a key as text.
func keyPair(kp nkeys.KeyPair) (public, seed string, err error) {
	if public, err = kp.PublicKey(); err != nil {
		return "", "", fmt.Errorf("public key: %w", err)
	}
	s, err := kp.Seed()
	if err != nil {
		return "", "", fmt.Errorf("seed: %w", err)
	}
	return public, string(s), nil
}

// newSecret is a password of 192 random bits, safe in a URL and in a configuration.
func newSecret() string {
	b := make([]byte, 24)
	rand.Read(b) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}
