package spec

import (
	"slices"
	"strings"
)

// Account is an account of a cluster.
type Account struct {
	Name        string       `json:"name"`
	Users       []User       `json:"users,omitempty"`       // default: one user, named like the account in lower case
	Exports     []Export     `json:"exports,omitempty"`     // what other accounts may import
	Imports     []Import     `json:"imports,omitempty"`     // what it uses of other accounts
	SigningKeys []SigningKey `json:"signingKeys,omitempty"` // roles for its users; AuthOperator only
	NoJetStream bool         `json:"noJetStream,omitempty"` // JetStream is on in every account unless this is set
}

// User is a user of an [Account]. Its secret is created when the cluster is planned. Without permissions, everything is allowed.
type User struct {
	Name string `json:"name"`
	Role string `json:"role,omitempty"` // the signing key that issued it and defines its permissions; AuthOperator only
	Permissions
}

// Export offers a stream of messages, or a service that answers requests, to other accounts.
type Export struct {
	Stream  string `json:"stream,omitempty"`  // its subject; either this
	Service string `json:"service,omitempty"` // or this
}

// Import takes an [Export] of another account.
type Import struct {
	Stream  string `json:"stream,omitempty"`
	Service string `json:"service,omitempty"`
	From    string `json:"from"`         // the account that exports it
	To      string `json:"to,omitempty"` // its subject in this account, default the same
}

// SigningKey is a key of an account that makes users with fixed permissions, in which {{name()}} and the like are filled in.
type SigningKey struct {
	Role string `json:"role"`
	Permissions
}

// Permissions are the subjects that a user may publish and subscribe to; an empty list of allowed subjects allows all.
type Permissions struct {
	Pub     []string `json:"pub,omitempty"`
	Sub     []string `json:"sub,omitempty"`
	DenyPub []string `json:"denyPub,omitempty"`
	DenySub []string `json:"denySub,omitempty"`
}

// LeafUser is the prefix of the names of the users that leaf nodes connect as.
const LeafUser = "leaf"

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

// IsEmpty reports whether there are no permissions: then everything is allowed.
func (p Permissions) IsEmpty() bool {
	return len(p.Pub)+len(p.Sub)+len(p.DenyPub)+len(p.DenySub) == 0
}

// Accounts are the accounts that a leaf node binds.
func (l Leaf) Accounts() []string {
	if l.Isolated {
		return []string{l.Account}
	}
	return []string{SystemAccount, l.Account}
}

// User is the user of the name; zero when there is none.
func (s Spec) User(name string) User {
	for _, a := range s.Accounts {
		for _, u := range a.Users {
			if u.Name == name {
				return u
			}
		}
	}
	return User{}
}

// CheckAccounts returns an error for invalid accounts, users, exports or imports.
func (s Spec) CheckAccounts() error {
	names, users := map[string]bool{SystemAccount: true}, map[string]bool{SystemUser: true}
	for _, a := range s.Accounts {
		if err := CheckName("account", a.Name); err != nil {
			return err
		}
		if names[a.Name] {
			return Errorf("duplicate account %q", a.Name)
		}
		names[a.Name] = true
		if err := s.checkAccount(a, users); err != nil {
			return err
		}
	}
	return s.checkImports()
}

func (s Spec) checkAccount(a Account, users map[string]bool) error {
	if len(a.SigningKeys) > 0 && s.Auth != AuthOperator {
		return Errorf("account %q has signing keys, which need the authentication operator", a.Name)
	}
	roles := map[string]bool{}
	for _, k := range a.SigningKeys {
		if err := CheckName("role", k.Role); err != nil {
			return err
		}
		if roles[k.Role] {
			return Errorf("duplicate role %q in account %q", k.Role, a.Name)
		}
		roles[k.Role] = true
	}
	for _, u := range a.Users {
		switch err := CheckName("user", u.Name); {
		case err != nil:
			return err
		case users[u.Name]:
			return Errorf("duplicate user %q", u.Name)
		case strings.HasPrefix(u.Name, LeafUser+"-"):
			return Errorf("user %q: names that begin with %s- are reserved for leaf nodes", u.Name, LeafUser)
		case u.Role != "" && !roles[u.Role]:
			return Errorf("user %q has the role %q, which account %q has no signing key for", u.Name, u.Role, a.Name)
		case u.Role != "" && !u.IsEmpty():
			return Errorf("user %q has a role and permissions: the role alone says what it may do", u.Name)
		}
		users[u.Name] = true
	}
	for _, x := range a.Exports {
		if (x.Stream == "") == (x.Service == "") {
			return Errorf("an export of account %q must be either a stream or a service", a.Name)
		}
	}
	return nil
}

// checkImports refuses an import without a matching export: the server would start, and the import would silently not work.
func (s Spec) checkImports() error {
	for _, a := range s.Accounts {
		for _, im := range a.Imports {
			if (im.Stream == "") == (im.Service == "") {
				return Errorf("an import of account %q must be either a stream or a service", a.Name)
			}
			i := slices.IndexFunc(s.Accounts, func(o Account) bool { return o.Name == im.From && o.Name != a.Name })
			if i < 0 {
				return Errorf("account %q imports from %q, which is not another account", a.Name, im.From)
			}
			want := Export{Stream: im.Stream, Service: im.Service}
			if !slices.Contains(s.Accounts[i].Exports, want) {
				return Errorf("account %q imports %s%s, which account %q does not export", a.Name, im.Stream, im.Service, im.From)
			}
		}
	}
	return nil
}

// Makes reports whether an account can issue the user: it needs the signing key of its role.
func (a Account) Makes(u User) bool {
	return u.Role == "" || slices.ContainsFunc(a.SigningKeys, func(k SigningKey) bool { return k.Role == u.Role })
}
