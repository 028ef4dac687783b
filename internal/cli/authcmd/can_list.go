package authcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// errNoRights is the error of a user whose rights servers do not report.
var errNoRights = errors.New("servers do not report the rights of user")

// errNotConfigured is the error of a user that a configuration does not have.
var errNotConfigured = errors.New("no")

// right is one row of --list.
type right struct {
	verb, list, subject string
	then                []string
}

var rightColumns = []view.Column[right]{
	{Name: "right", Title: "Right", Help: "publish, subscribe or reply.", Value: func(r right) any { return r.verb }},
	{Name: "list", Title: "List", Help: "allow or deny; a deny rule wins over an allow rule.", Value: func(r right) any { return r.list }, Level: func(r right) fleet.Level {
		if r.list == "deny" {
			return fleet.Warn
		}
		return fleet.OK
	}},
	{Name: "subject", Title: "Subject", Help: "Subject, with its queue group if the right has one.", Value: func(r right) any { return r.subject }},
	{Name: "then", Title: "Then", Help: "What mappings and imports of the account make of it.", Value: func(r right) any { return strings.Join(r.then, "; ") }},
}

// runList lists the rights of a user.
func (c *canCommand) runList(e *cli.Env, s *subject) error {
	grid, err := c.Shape.Apply(view.NewGrid(rightColumns, slices.Values(s.list())))
	if err != nil {
		return err
	}
	return e.Print(cli.Table{Schema: "natsctl.auth.can.list/v1", Grid: grid})
}

// list are the rights of a user, in the order of its permissions.
func (s *subject) list() (out []right) {
	add := func(verb, list string, subjects []string, then func(string) []string) {
		for _, text := range subjects {
			r := right{verb: verb, list: list, subject: text}
			if name, _, _ := strings.Cut(text, " "); list == "allow" {
				r.then = then(name)
			}
			out = append(out, r)
		}
	}
	p := s.permissions
	add("publish", "allow", p.PubAllow, s.then)
	add("publish", "deny", p.PubDeny, s.then)
	add("subscribe", "allow", p.SubAllow, s.received)
	add("subscribe", "deny", p.SubDeny, s.received)
	if r := s.rights.Responses(); r != nil {
		out = append(out, right{verb: "reply", list: "allow", subject: fmt.Sprintf("%d messages within %s to each that it receives", r.MaxMsgs, r.Expires)})
	}
	return out
}

// permitted is one row of --who.
type permitted struct {
	kind, user, account, label string
	conns                      int
	auth.Decision
}

var whoColumns = []view.Column[*permitted]{
	{Name: "kind", Title: "Kind", Help: "user, role (any user that its signing key makes), or configured.", Value: func(p *permitted) any { return p.kind }},
	{Name: "user", Title: "User", Help: "Name of the user or role.", Value: func(p *permitted) any { return p.user }},
	{Name: "account", Title: "Account", Help: "Its account.", Value: func(p *permitted) any { return p.account }, Label: func(p *permitted) string { return p.label }},
	{Name: "answer", Title: "Answer", Help: "yes, partly (some subjects of a wildcard), reply (only to messages that it received), or unknown.", Value: func(p *permitted) any { return string(p.Answer) }},
	{Name: "rule", Title: "Rule", Help: "The rule that permits it.", Value: func(p *permitted) any { return p.Rule }},
	{Name: "conns", Title: "Conns", Help: "Connections of the user now.", Unit: view.Count, Value: func(p *permitted) any { return p.conns }},
}

// unknownAnswer is the answer about users whose rights servers do not report.
const unknownAnswer auth.Answer = "unknown"

// runWho lists who may.
func (c *canCommand) runWho(ctx context.Context, e *cli.Env, q question) error {
	var rows []*permitted
	var snap *fleet.Snapshot
	if c.config != "" {
		config, err := auth.ReadConfig(c.config)
		if err != nil {
			return err
		}
		for _, u := range config.Users() {
			rows = append(rows, &permitted{kind: "configured", user: u.Name, account: u.Account, Decision: c.configured(u).ask(q).Decision})
		}
	} else {
		var err error
		if rows, snap, err = c.known(ctx, e, q); err != nil {
			return err
		}
	}
	rows = slices.DeleteFunc(rows, func(p *permitted) bool {
		return p.Answer == auth.No || c.account != "" && c.account != p.account && c.account != p.label
	})
	grid, err := c.Shape.Apply(view.NewGrid(whoColumns, slices.Values(rows)))
	if err != nil {
		return err
	}
	return e.Print(cli.Table{Schema: "natsctl.auth.can.who/v1", Snap: snap, Grid: grid})
}

// known asks about the connected users and the roles of their accounts.
func (c *canCommand) known(ctx context.Context, e *cli.Env, q question) ([]*permitted, *fleet.Snapshot, error) {
	d, err := openDirectory(ctx, e)
	if err != nil {
		return nil, nil, err
	}
	snap, err := d.client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}})
	if err != nil {
		return nil, nil, err
	}
	held, err := d.client.Claims().Held(ctx, d.accounts)
	if err != nil {
		return nil, nil, err
	}
	accounts := map[string]*jwt.AccountClaims{}
	for _, name := range d.accounts {
		if claims, ok := newHolding(name, held[name]).doc.Claims.(*jwt.AccountClaims); ok {
			accounts[name] = claims
		}
	}
	users, rows := map[[2]string]*permitted{}, []*permitted(nil)
	for _, row := range fleet.ConnRows(snap, nil) {
		key := [2]string{row.Info.Account, row.Info.AuthorizedUser}
		if users[key] == nil {
			users[key] = c.connected(row.Info.JWT, key, accounts[key[0]], q)
			users[key].label = d.names.Name(key[0])
			rows = append(rows, users[key])
		}
		users[key].conns++
	}
	for _, name := range d.accounts {
		rows = append(rows, roles(accounts[name], q)...)
	}
	return rows, snap, nil
}

// connected is the row of a connected user.
func (c *canCommand) connected(token string, key [2]string, account *jwt.AccountClaims, q question) *permitted {
	p := &permitted{kind: "user", user: key[1], account: key[0], Decision: auth.Decision{Answer: unknownAnswer}}
	doc, err := auth.Read([]byte(token))
	user, ok := doc.Claims.(*jwt.UserClaims)
	if err != nil || !ok || account == nil {
		return p
	}
	p.user = cmp.Or(user.Name, user.Subject)
	if s, err := c.newSubject(user, account); err == nil {
		p.Decision = s.ask(q).Decision
	} else {
		p.Decision = auth.Decision{Answer: auth.No}
	}
	return p
}

// roles are the rows of the scoped signing keys of an account: their templates
// stand for any value, so what they permit some user may do.
func roles(account *jwt.AccountClaims, q question) (rows []*permitted) {
	if account == nil {
		return nil
	}
	for _, key := range slices.Sorted(slices.Values(account.SigningKeys.Keys())) {
		scope, ok := account.SigningKeys[key].(*jwt.UserScope)
		if !ok || scope == nil {
			continue
		}
		s := &subject{rights: auth.NewRights(auth.Permissions(auth.AnyUser(scope.Template.Permissions)), false)}
		rows = append(rows, &permitted{kind: "role", user: cmp.Or(scope.Role, key), account: account.Subject, label: account.Name, Decision: s.ask(q).Decision})
	}
	return rows
}
