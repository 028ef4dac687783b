package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// AddUser adds a user of an account to the plan. It needs AuthOperator, with which no server has to be updated. Other copies of
// the plan are not modified; after an error, the caller keeps using those.
func (p *Plan) AddUser(account string, u spec.User) (Identity, error) {
	if p.Trust == nil {
		return Identity{}, spec.Errorf("users can be added to a cluster only with the authentication operator, not %s", p.Spec.Auth)
	}
	i := slices.IndexFunc(p.Spec.Accounts, func(a spec.Account) bool { return a.Name == account })
	if i < 0 {
		return Identity{}, fmt.Errorf("%w: no such account %q", ErrUser, account)
	}
	sp := p.Spec
	sp.Accounts = slices.Clone(sp.Accounts)
	sp.Accounts[i].Users = append(slices.Clone(sp.Accounts[i].Users), u)
	if err := sp.CheckAccounts(); err != nil {
		return Identity{}, err
	}
	id, err := newIdentity(p, account, u)
	if err != nil {
		return id, err
	}
	if p.PKI != nil {
		k := *p.PKI // a copy: the old plan is not modified
		k.Files, p.PKI = maps.Clone(k.Files), &k
		if err := Office(p).certifyUser(&id); err != nil {
			return id, err
		}
	}
	p.Added = append(slices.Clone(p.Added), u.Name)
	p.Spec, p.Identities = sp, append(slices.Clone(p.Identities), id)
	return id, nil
}

// IdentityFiles are the files of a user.
func (p Plan) IdentityFiles(id Identity) map[string]string {
	out := p.Files()
	maps.DeleteFunc(out, func(path, _ string) bool { return path != id.Creds && path != id.Cert && path != id.Key })
	return out
}

// KeepAdded returns a specification for the cluster of the plan with the individually added users, if it has their accounts and
// does not define these users itself.
func (p *Plan) KeepAdded(sp spec.Spec) spec.Spec {
	sp.Accounts = slices.Clone(sp.Accounts)
	for i, a := range sp.Accounts {
		for _, was := range p.Spec.Accounts {
			for _, u := range was.Users {
				if was.Name == a.Name && slices.Contains(p.Added, u.Name) && sp.User(u.Name).Name == "" && a.Makes(u) && sp.Auth == spec.AuthOperator {
					sp.Accounts[i].Users = append(slices.Clone(sp.Accounts[i].Users), u)
				}
			}
		}
	}
	return sp
}

// KeptUsers lists the individually added users that a specification still has, as lines to go with those of a [Diff].
func (p *Plan) KeptUsers(sp spec.Spec) []string {
	var out []string
	for _, a := range sp.Accounts {
		for _, u := range a.Users {
			if slices.Contains(p.Added, u.Name) {
				out = append(out, fmt.Sprintf("= accounts[%s].users[%s]: kept, it was added to the running cluster", a.Name, u.Name))
			}
		}
	}
	return out
}

// Revoke revokes a user in the plan; a push to the servers makes it effective.
func (p *Plan) Revoke(user string) (account string, err error) {
	i := slices.IndexFunc(p.Identities, func(id Identity) bool { return id.User == user })
	switch {
	case i < 0:
		return "", fmt.Errorf("%w %q", ErrUser, user)
	case p.Trust == nil:
		return "", spec.Errorf("users can be revoked only with the authentication operator, not %s", p.Spec.Auth)
	case p.Identities[i].System():
		return "", spec.Errorf("the system user cannot be revoked: the servers could not be updated any more")
	}
	id := p.Identities[i]
	next, err := p.Trust.revoke(id.Account, id.Public)
	if err == nil {
		p.Trust = next
	}
	return id.Account, err
}
