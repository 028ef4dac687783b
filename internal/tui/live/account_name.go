package live

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Names are the name tags of accounts that are identified by a public key.
// Several accounts may share a tag.
type Names map[string]string

// learn records the tags of accounts and of connections.
func (n Names) learn(accounts []*AccountRow, conns []*fleet.ConnRow) {
	for _, r := range accounts {
		n.add(r.Name, r.Label)
	}
	for _, c := range conns {
		n.add(c.Info.Account, c.Info.NameTag)
	}
}

// addEvent records the account tag in an event, if it is not known yet.
func (n Names) addEvent(e fleet.Event) {
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
		n.add(e.Account, body.Client.NameTag)
	}
}

func (n Names) add(account, tag string) {
	if tag != "" && tag != account && n[account] != tag && isKey(account) {
		n[account] = tag
	}
}

// isKey reports whether an account name is a public key.
func isKey(account string) bool { return len(account) == 56 && account[0] == 'A' }

// Labels are the display names of some accounts.
func Labels(names Names, accounts []string) []string {
	out := make([]string, len(accounts))
	for i, a := range accounts {
		out[i] = cmp.Or(names[a], a)
	}
	return out
}

// byTag is a comparison with an account in a filter.
var byTag = regexp.MustCompile(`\baccount\s*(==?|!=)\s*"([^"]*)"`)

// Expand adds to a name tag in a filter the keys of the accounts that have it,
// because most columns hold the key.
func (n Names) Expand(filter string) string {
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
