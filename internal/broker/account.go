package broker

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"path/filepath"
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

// identify makes the identity of each user, and of each account that leaf nodes bind.
func (p *plan) identify() error {
	if p.Spec.Auth == AuthOperator {
		t, err := newTrust(p.Spec)
		if err != nil {
			return err
		}
		p.Trust = t
	}
	add := func(to *[]Identity, account string, u User) error {
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
