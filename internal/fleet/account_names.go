package fleet

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"
)

// AccountNames maps the account names that servers use to the names that
// operators use: a public key in operator mode, otherwise the name itself.
// Several accounts may share a name.
type AccountNames map[string]string

// NewAccountNames collects the account names from the answers of a snapshot.
func NewAccountNames(s *Snapshot) AccountNames {
	n := AccountNames{}
	for _, sv := range s.Servers {
		if sv.AccountStatz != nil {
			for _, a := range sv.AccountStatz.Accounts {
				n.add(a.Account, a.Name)
			}
		}
		if sv.Accountz != nil {
			for _, account := range sv.Accountz.Accounts {
				n.add(account, "")
			}
			if d := sv.Accountz.Account; d != nil {
				n.add(d.AccountName, d.NameTag)
			}
		}
		if sv.Connz != nil {
			for _, c := range sv.Connz.Conns {
				n.add(c.Account, c.NameTag)
			}
		}
	}
	return n
}

// add keeps the name of an account. A server that has not seen the JWT of an account,
// only interest in it, reports the key as its name: that replaces no other name.
func (n AccountNames) add(account, name string) {
	if account == "" {
		return
	}
	if name != "" && name != account || n[account] == "" {
		n[account] = name
	}
	if n[account] == "" {
		n[account] = account
	}
}

// Name returns the display name of an account: account itself if no other name
// is known.
func (n AccountNames) Name(account string) string {
	if name := n[account]; name != "" {
		return name
	}
	return account
}

// Find returns the name that servers use for an account, given that name or its
// display name. An unknown name is returned unchanged. A name that several
// accounts share is an [AmbiguousAccountError].
func (n AccountNames) Find(account string) (string, error) {
	if _, known := n[account]; known || account == "" || IsAccountKey(account) {
		return account, nil
	}
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(n)) {
		if n[key] == account {
			keys = append(keys, key)
		}
	}
	switch len(keys) {
	case 0:
		return account, nil
	case 1:
		return keys[0], nil
	}
	return "", &AmbiguousAccountError{Name: account, Keys: keys}
}

// IsAccountKey reports whether a string is the public key of an account.
func IsAccountKey(account string) bool { return nkeys.IsValidPublicAccountKey(account) }

// AmbiguousAccountError reports that several accounts share a name.
type AmbiguousAccountError struct {
	Name string
	Keys []string // of the accounts, sorted
}

// Error lists the keys.
func (e *AmbiguousAccountError) Error() string {
	return fmt.Sprintf("%d accounts are named %q: %s", len(e.Keys), e.Name, strings.Join(e.Keys, ", "))
}
