package tui

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// accountNames are the name tags of accounts that are known by a public key:
// what an operator calls them. A tag may belong to several accounts.
type accountNames map[string]string

// learn notes the tags that a state holds.
func (n accountNames) learn(st *State) {
	for _, r := range st.Accounts {
		n.note(r.Name, r.Label)
	}
	for _, c := range st.Conns {
		n.note(c.Info.Account, c.Info.NameTag)
	}
}

// hear notes the tag that an event tells of its account, if it is not known.
func (n accountNames) hear(e fleet.Event) {
	if !isKey(e.Account) || n[e.Account] != "" || len(e.Body) == 0 {
		return
	}
	var body struct {
		Client struct {
			Account string `json:"acc"`
			NameTag string `json:"name_tag"`
		} `json:"client"`
	}
	if json.Unmarshal(e.Body, &body) == nil && body.Client.Account == e.Account {
		n.note(e.Account, body.Client.NameTag)
	}
}

func (n accountNames) note(account, tag string) {
	if tag != "" && tag != account && n[account] != tag && isKey(account) {
		n[account] = tag
	}
}

// isKey tells the public key of an account from a name.
func isKey(account string) bool { return len(account) == 56 && account[0] == 'A' }

// label is what the screen calls an account: its name tag, or else its name.
func (m *Model) label(account string) string {
	if m.st == nil {
		return account
	}
	return cmp.Or(m.st.Names[account], account)
}

// sameAccount tells whether two names are of one account: JSZ calls it by its
// name tag, the others by its key. The empty name is every account.
func (m *Model) sameAccount(scope, of string) bool {
	return scope == "" || scope == of || m.label(scope) == of
}

// accountKey is the name that most answers know an account by.
func (m *Model) accountKey(name string) string {
	for _, key := range slices.Sorted(maps.Keys(m.st.Names)) {
		if m.st.Names[key] == name {
			return key
		}
	}
	return name
}

// labels are what the screen calls some accounts.
func labels(names accountNames, accounts []string) []string {
	out := make([]string, len(accounts))
	for i, a := range accounts {
		out[i] = cmp.Or(names[a], a)
	}
	return out
}

// byTag is a comparison of an account in a filter.
var byTag = regexp.MustCompile(`\baccount\s*(==?|!=)\s*"([^"]*)"`)

// keyed adds to a name tag in a filter the keys of the accounts that have it,
// which is what most columns hold.
func (n accountNames) keyed(filter string) string {
	return byTag.ReplaceAllStringFunc(filter, func(s string) string {
		p := byTag.FindStringSubmatch(s)
		any := []string{s}
		for key, tag := range n {
			if tag == p[2] {
				any = append(any, `account `+p[1]+` "`+key+`"`)
			}
		}
		if len(any) == 1 {
			return s
		}
		slices.Sort(any)
		joint := " or "
		if p[1] == "!=" {
			joint = " and "
		}
		return "(" + strings.Join(any, joint) + ")"
	})
}
