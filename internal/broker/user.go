package broker

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// addUser puts one more user of an account into the plan. Only AuthOperator can: no server has to be told. A plan of which
// this one is a copy stays as it is, and is what remains when there is an error.
func (p *plan) addUser(account string, u User) (Identity, error) {
	if p.Trust == nil {
		return Identity{}, specErr("users can be added to a cluster only with the authentication operator, not %s", p.Spec.Auth)
	}
	i := slices.IndexFunc(p.Spec.Accounts, func(a Account) bool { return a.Name == account })
	if i < 0 {
		return Identity{}, fmt.Errorf("%w: there is no account %q", ErrUser, account)
	}
	spec := p.Spec
	spec.Accounts = slices.Clone(spec.Accounts)
	spec.Accounts[i].Users = append(slices.Clone(spec.Accounts[i].Users), u)
	if err := spec.checkAccounts(); err != nil {
		return Identity{}, err
	}
	id, err := p.newIdentity(account, u)
	if err != nil {
		return id, err
	}
	if p.PKI != nil {
		k := *p.PKI // who holds the old plan is not disturbed
		k.Files, p.PKI = maps.Clone(k.Files), &k
		if err := p.certifyUser(&id); err != nil {
			return id, err
		}
	}
	p.Added = append(slices.Clone(p.Added), u.Name)
	p.Spec, p.Identities = spec, append(slices.Clone(p.Identities), id)
	return id, nil
}

// identityFiles are the files of a user.
func (p plan) identityFiles(id Identity) map[string]string {
	return p.filesAt(id.Creds, id.Cert, id.Key)
}

// keepAdded is a specification for the cluster of the plan with the users that were made one by one, as far as it has their
// accounts and does not say itself who they are.
func (p *plan) keepAdded(spec Spec) Spec {
	spec.Accounts = slices.Clone(spec.Accounts)
	for i, a := range spec.Accounts {
		for _, was := range p.Spec.Accounts {
			for _, u := range was.Users {
				if was.Name == a.Name && slices.Contains(p.Added, u.Name) && spec.user(u.Name).Name == "" && a.makes(u) && spec.Auth == AuthOperator {
					spec.Accounts[i].Users = append(slices.Clone(spec.Accounts[i].Users), u)
				}
			}
		}
	}
	return spec
}

// kept says which users that were made one by one a specification still has, as lines beside those of a [Diff].
func (p *plan) kept(spec Spec) []string {
	var out []string
	for _, a := range spec.Accounts {
		for _, u := range a.Users {
			if slices.Contains(p.Added, u.Name) {
				out = append(out, fmt.Sprintf("= accounts[%s].users[%s]: kept, it was added to the running cluster", a.Name, u.Name))
			}
		}
	}
	return out
}

// makes says whether an account can have the user: it needs the signing key of its role.
func (a Account) makes(u User) bool {
	return u.Role == "" || slices.ContainsFunc(a.SigningKeys, func(k SigningKey) bool { return k.Role == u.Role })
}

// revoke takes away the right of a user to connect; push tells the servers.
func (p *plan) revoke(user string) (account string, err error) {
	i := slices.IndexFunc(p.Identities, func(id Identity) bool { return id.User == user })
	switch {
	case i < 0:
		return "", fmt.Errorf("%w: there is no user %q", ErrUser, user)
	case p.Trust == nil:
		return "", specErr("users can be revoked only with the authentication operator, not %s", p.Spec.Auth)
	case p.Identities[i].System():
		return "", specErr("the system user cannot be revoked: nobody could tell the servers any more")
	}
	id := p.Identities[i]
	next, err := p.Trust.revoke(id.Account, id.Public)
	if err == nil {
		p.Trust = next
	}
	return id.Account, err
}

// AddUser makes one more user of an account; needs AuthOperator. The error wraps [ErrSpec] or [ErrUser].
func (c *Cluster) AddUser(account string, u User) (Identity, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := c.plan
	id, err := next.addUser(account, u)
	if err == nil {
		err = writeAll(next.identityFiles(id))
	}
	if err == nil {
		c.plan = next
	}
	return id, err
}

// Revoke takes away the right of a user to connect and returns when every server has acknowledged; it is disconnected and
// cannot come back. Needs AuthOperator. The error wraps [ErrSpec], [ErrUser] or [ErrPush].
func (c *Cluster) Revoke(ctx context.Context, user string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	account, err := c.plan.revoke(user)
	if err != nil {
		return err
	}
	return c.plan.push(ctx, account)
}

// newUser is the body of a request for a user.
type newUser struct {
	User    User   `json:"user"`
	Context string `json:"context"` // the saved context that will be made for it
}

// NewUser makes one more user of an account of a cluster of processes, see [Cluster.AddUser]. The context is the name of the
// saved one that the caller will make for it, so that it goes with the cluster.
func (h *Home) NewUser(ctx context.Context, name, account string, u User, contextName string) (Identity, error) {
	var id Identity
	err := h.ask(ctx, name, http.MethodPost, "/users/"+url.PathEscape(account), newUser{u, contextName}, &id)
	return id, err
}

// Revoke is [Cluster.Revoke] for a cluster of processes.
func (h *Home) Revoke(ctx context.Context, name, user string) error {
	return h.ask(ctx, name, http.MethodDelete, "/users/"+url.PathEscape(user), nil, nil)
}

// addUser adds a user and remembers it.
func (k *keeper) addUser(account string, n newUser) (Identity, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.state
	id, err := next.Plan.addUser(account, n.User)
	if err != nil {
		return id, err
	}
	next.Contexts = append(slices.Clone(next.Contexts), n.Context)
	return id, k.commit(next, next.Plan.identityFiles(id))
}

// revoke revokes a user and remembers it before it tells the servers: what is pushed must not be forgotten.
func (k *keeper) revoke(ctx context.Context, user string) error {
	k.mu.Lock()
	next := k.state
	account, err := next.Plan.revoke(user)
	if err == nil {
		err = k.commit(next, nil)
	}
	k.mu.Unlock()
	if err != nil {
		return err
	}
	return next.Plan.push(ctx, account)
}
