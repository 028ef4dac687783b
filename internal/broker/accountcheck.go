package broker

import (
	"slices"
	"strings"
)

// checkAccounts refuses accounts, users, exports and imports that cannot be.
func (s Spec) checkAccounts() error {
	names, users := map[string]bool{SystemAccount: true}, map[string]bool{SystemUser: true}
	for _, a := range s.Accounts {
		if err := checkName("account", a.Name); err != nil {
			return err
		}
		if names[a.Name] {
			return specErr("account %q is there twice", a.Name)
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
		return specErr("account %q has signing keys, which need the authentication operator", a.Name)
	}
	roles := map[string]bool{}
	for _, k := range a.SigningKeys {
		if err := checkName("role", k.Role); err != nil {
			return err
		}
		if roles[k.Role] {
			return specErr("role %q of account %q is there twice", k.Role, a.Name)
		}
		roles[k.Role] = true
	}
	for _, u := range a.Users {
		switch err := checkName("user", u.Name); {
		case err != nil:
			return err
		case users[u.Name]:
			return specErr("user %q is there twice", u.Name)
		case strings.HasPrefix(u.Name, leafUser+"-"):
			return specErr("user %q: names that begin with %s- are reserved for leaf nodes", u.Name, leafUser)
		case u.Role != "" && !roles[u.Role]:
			return specErr("user %q has the role %q, which account %q has no signing key for", u.Name, u.Role, a.Name)
		case u.Role != "" && !u.empty():
			return specErr("user %q has a role and permissions: the role alone says what it may do", u.Name)
		}
		users[u.Name] = true
	}
	for _, x := range a.Exports {
		if (x.Stream == "") == (x.Service == "") {
			return specErr("an export of account %q must be either a stream or a service", a.Name)
		}
	}
	return nil
}

// checkImports refuses an import of something that nobody exports: the server would start, and silently have nothing.
func (s Spec) checkImports() error {
	for _, a := range s.Accounts {
		for _, im := range a.Imports {
			if (im.Stream == "") == (im.Service == "") {
				return specErr("an import of account %q must be either a stream or a service", a.Name)
			}
			i := slices.IndexFunc(s.Accounts, func(o Account) bool { return o.Name == im.From && o.Name != a.Name })
			if i < 0 {
				return specErr("account %q imports from %q, which is no other account", a.Name, im.From)
			}
			want := Export{Stream: im.Stream, Service: im.Service}
			if !slices.Contains(s.Accounts[i].Exports, want) {
				return specErr("account %q imports %s%s, which account %q does not export", a.Name, im.Stream, im.Service, im.From)
			}
		}
	}
	return nil
}
