package fleet

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"
)

// AccountNames are what operators call the accounts of a snapshot, by what
// servers know them by: a public key in operator mode, otherwise the name itself.
// A name may belong to several accounts.
type AccountNames map[string]string

// NewAccountNames collects what the answers of a snapshot say of accounts.
func NewAccountNames(s *Snapshot) AccountNames {
	n := AccountNames{}
	for _, sv := range s.Servers {
		if sv.AccountStatz != nil {
			for _, a := range sv.AccountStatz.Accounts {
				n.note(a.Account, a.Name)
			}
		}
		if sv.Accountz != nil {
			for _, account := range sv.Accountz.Accounts {
				n.note(account, "")
			}
			if d := sv.Accountz.Account; d != nil {
				n.note(d.AccountName, d.NameTag)
			}
		}
		if sv.Connz != nil {
			for _, c := range sv.Connz.Conns {
				n.note(c.Account, c.NameTag)
			}
		}
	}
	return n
}

// note keeps the name of an account; a name beats none.
func (n AccountNames) note(account, name string) {
	if account == "" {
		return
	}
	if name != "" || n[account] == "" {
		n[account] = name
	}
	if n[account] == "" {
		n[account] = account
	}
}

// Name is what people call an account: account itself where nothing else is known.
func (n AccountNames) Name(account string) string {
	if name := n[account]; name != "" {
		return name
	}
	return account
}

// Find returns what servers call an account that is named by that, or by its
// name. An unknown one is returned as it is. A name of several accounts is an
// [AmbiguousAccountError].
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

// IsAccountKey reports whether a word is the public key of an account.
func IsAccountKey(account string) bool { return nkeys.IsValidPublicAccountKey(account) }

// AmbiguousAccountError says that several accounts have a name.
type AmbiguousAccountError struct {
	Name string
	Keys []string // of the accounts, sorted
}

// Error lists the keys.
func (e *AmbiguousAccountError) Error() string {
	return fmt.Sprintf("%d accounts are named %q: %s", len(e.Keys), e.Name, strings.Join(e.Keys, ", "))
}
