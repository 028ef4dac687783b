package broker

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
)

// Identity is somebody who can connect to a cluster: a user, the account it is in, and its secret.
type Identity struct {
	Account  string
	User     string
	Password string
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

func checkAccounts(accounts []Account) error {
	names, users := map[string]bool{SystemAccount: true}, map[string]bool{SystemUser: true}
	for _, a := range accounts {
		if err := checkName("account", a.Name); err != nil {
			return err
		}
		if names[a.Name] {
			return specErr("account %q is there twice", a.Name)
		}
		names[a.Name] = true
		for _, u := range a.Users {
			if err := checkName("user", u.Name); err != nil {
				return err
			}
			if users[u.Name] {
				return specErr("user %q is there twice", u.Name)
			}
			users[u.Name] = true
		}
	}
	return nil
}

// newIdentities makes the identity of each user, the system user first.
func newIdentities(accounts []Account) []Identity {
	ids := []Identity{{Account: SystemAccount, User: SystemUser, Password: newSecret()}}
	for _, a := range accounts {
		for _, u := range a.Users {
			ids = append(ids, Identity{Account: a.Name, User: u.Name, Password: newSecret()})
		}
	}
	return ids
}

// newSecret is a password of 192 random bits, safe in a URL and in a configuration.
func newSecret() string {
	b := make([]byte, 24)
	rand.Read(b) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}
