package plan

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// identify creates the identity of each user, and of each account that leaf nodes bind, unless old has it.
func identify(p, old *Plan) error {
	if p.Spec.Auth == spec.AuthOperator {
		t, err := newTrust(p.Spec, old.Trust)
		if err != nil {
			return err
		}
		p.Trust = t
	}
	add := func(to *[]Identity, account string, u spec.User) error {
		if id, ok := keptIdentity(old, account, u, p); ok {
			*to = append(*to, id)
			return nil
		}
		id, err := newIdentity(p, account, u)
		*to = append(*to, id)
		return err
	}
	if err := add(&p.Identities, spec.SystemAccount, spec.User{Name: spec.SystemUser}); err != nil {
		return err
	}
	for _, a := range p.Spec.Accounts {
		for _, u := range a.Users {
			if err := add(&p.Identities, a.Name, u); err != nil {
				return err
			}
		}
	}
	for _, account := range p.LeafAccounts("") {
		if err := add(&p.LeafUsers, account, spec.User{Name: spec.LeafUser + "-" + account}); err != nil {
			return err
		}
	}
	return nil
}

// keptIdentity is the identity that a plan has of a user, if the next plan can use it: made in the same way, and for a user who may
// do the same where the secret itself says what that is.
func keptIdentity(p *Plan, account string, u spec.User, next *Plan) (Identity, bool) {
	if p.Spec.Auth != next.Spec.Auth || p.MapsCertificates() != next.MapsCertificates() {
		return Identity{}, false
	}
	if p.Trust != nil && !reflect.DeepEqual(p.Spec.User(u.Name), next.Spec.User(u.Name)) {
		return Identity{}, false
	}
	for _, id := range append(slices.Clone(p.Identities), p.LeafUsers...) {
		if id.Account == account && id.User == u.Name {
			id.CA, id.Cert, id.Key = "", "", "" // created again
			return id, true
		}
	}
	return Identity{}, false
}

// newIdentity creates the secrets of a user for the authentication mode.
func newIdentity(p *Plan, account string, u spec.User) (Identity, error) {
	id := Identity{Account: account, User: u.Name}
	leaf := strings.HasPrefix(u.Name, spec.LeafUser+"-")
	switch {
	case p.Trust != nil:
		var err error
		if id.Public, id.Secret, err = p.Trust.User(account, u); err != nil {
			return id, fmt.Errorf("make the credentials of %s: %w", u.Name, err)
		}
		id.Creds = filepath.Join(p.Dir, "creds", u.Name+".creds")
	case p.Spec.Auth == spec.AuthNKey && !leaf:
		kp, err := nkeys.CreateUser()
		if err != nil {
			return id, fmt.Errorf("make the key of %s: %w", u.Name, err)
		}
		if id.Public, id.Secret, err = keyPair(kp); err != nil {
			return id, err
		}
		id.Seed = filepath.Join(p.Dir, "creds", u.Name+".nk")
	case !p.MapsCertificates() || leaf:
		id.Password = newSecret()
	}
	return id, nil
}
