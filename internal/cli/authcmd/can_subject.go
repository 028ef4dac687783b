package authcmd

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
)

// subject is a user with its rights, and the account whose mappings and imports
// its messages meet.
type subject struct {
	name, account, by string
	rights            *auth.Rights
	permissions       auth.Lists
	claims            *jwt.AccountClaims // nil if it is not known
}

// newSubject makes a subject of the claims of a user and its account.
func (c *canCommand) newSubject(user *jwt.UserClaims, account *jwt.AccountClaims) (*subject, error) {
	limits, err := auth.Effective(user, account)
	if err != nil {
		return nil, fmt.Errorf("user %s: %w", cmp.Or(user.Name, user.Subject), err)
	}
	p := auth.Permissions(limits.Permissions)
	return &subject{
		name: cmp.Or(user.Name, user.Subject), account: cmp.Or(account.Name, account.Subject), by: auth.SignedBy(account, user.Issuer),
		rights: auth.NewRights(p, c.as == "leafnode"), permissions: auth.ListsOf(p), claims: account,
	}, nil
}

// subject finds the user that the question is about.
func (c *canCommand) subject(ctx context.Context, e *cli.Env, user string) (*subject, error) {
	file := e.Flags.DropCreds()
	switch {
	case file != "" && user != "":
		return nil, cli.Usagef("give a user or --creds, not both")
	case file != "":
		return c.fromFile(ctx, e, file)
	case c.config != "":
		return c.fromConfig(user)
	case user == "":
		return c.self(ctx, e)
	}
	d, err := openDirectory(ctx, e)
	if err != nil {
		return nil, err
	}
	doc, err := d.user(ctx, user)
	if err != nil {
		return nil, err
	}
	if doc == nil {
		return nil, d.unknown(user)
	}
	claims, ok := doc.Claims.(*jwt.UserClaims)
	if !ok {
		return nil, fmt.Errorf("%w %s", errNoRights, user)
	}
	return c.withAccount(ctx, d, claims)
}

// withAccount adds the account of a user, from the servers.
func (c *canCommand) withAccount(ctx context.Context, d *directory, user *jwt.UserClaims) (*subject, error) {
	account, err := d.claimsOf(ctx, auth.IssuerKey(user))
	if err != nil {
		return nil, err
	}
	return c.newSubject(user, account)
}

func (c *canCommand) fromFile(ctx context.Context, e *cli.Env, file string) (*subject, error) {
	_, doc, err := readCreds(file)
	if err != nil {
		return nil, err
	}
	user, ok := doc.Claims.(*jwt.UserClaims)
	if !ok || doc.Broken != nil {
		return nil, fmt.Errorf("%s: %w", file, errNotUser)
	}
	others, err := readChain(c.chain)
	if err != nil {
		return nil, err
	}
	if account := claimsOf(others, auth.IssuerKey(user)); account != nil {
		return c.newSubject(user, account)
	}
	if len(c.chain) > 0 {
		return nil, cli.Usagef("--chain holds no JWT of account %s, which issued %s", auth.IssuerKey(user), file)
	}
	d, err := openDirectory(ctx, e)
	if err != nil {
		return nil, err
	}
	return c.withAccount(ctx, d, user)
}

// fromConfig takes a user of a server configuration.
func (c *canCommand) fromConfig(user string) (*subject, error) {
	config, err := auth.ReadConfig(c.config)
	if err != nil {
		return nil, err
	}
	u, ok := config.User(user)
	if !ok {
		return nil, fmt.Errorf("%w user %q in %s", errNotConfigured, user, c.config)
	}
	return c.configured(u), nil
}

func (c *canCommand) configured(u auth.ConfigUser) *subject {
	return &subject{name: u.Name, account: u.Account, rights: auth.NewRights(u.Permissions, c.as == "leafnode"), permissions: auth.ListsOf(u.Permissions)}
}

// self is the user that natsctl connects as, by what its server says of it.
func (c *canCommand) self(ctx context.Context, e *cli.Env) (*subject, error) {
	client, err := e.System(ctx)
	if err != nil {
		return nil, err
	}
	info, err := client.UserInfo(ctx)
	if err != nil {
		return nil, err
	}
	return &subject{
		name: cmp.Or(info.UserName, info.UserID), account: cmp.Or(info.AccountName, info.Account),
		rights: auth.NewRights(info.Permissions, c.as == "leafnode"), permissions: auth.ListsOf(info.Permissions),
	}, nil
}

// claimsOf are the claims of an account, from a server that uses it or from the
// resolver.
func (d *directory) claimsOf(ctx context.Context, account string) (*jwt.AccountClaims, error) {
	h, err := d.held(ctx, account)
	if err != nil {
		return nil, err
	}
	if claims, ok := h.doc.Claims.(*jwt.AccountClaims); ok {
		return claims, nil
	}
	stored, err := d.stored(ctx)
	if err != nil {
		return nil, err
	}
	if claims := claimsOf(stored, account); claims != nil {
		return claims, nil
	}
	return nil, d.unknown(account)
}

// then says what the account makes of a message that is published.
func (s *subject) then(published string) (out []string) {
	if s.claims == nil {
		return nil
	}
	for _, from := range slices.Sorted(maps.Keys(s.claims.Mappings)) {
		if !auth.Collide(published, string(from)) {
			continue
		}
		for _, to := range s.claims.Mappings[from] {
			out = append(out, strings.TrimSpace(fmt.Sprintf("mapped from %s to %s, %d%% %s", from, to.Subject, to.GetWeight(), to.Cluster)))
		}
	}
	for _, im := range s.claims.Imports {
		if im != nil && im.Type == jwt.Service && auth.Collide(published, auth.LocalSubject(im)) {
			out = append(out, fmt.Sprintf("goes to the service %s of account %s", auth.RemoteSubject(im), im.Account))
		}
	}
	return out
}

// received says from where else a subscription gets messages.
func (s *subject) received(subscribed string) (out []string) {
	if s.claims == nil {
		return nil
	}
	for _, im := range s.claims.Imports {
		if im != nil && im.Type == jwt.Stream && auth.Collide(subscribed, auth.LocalSubject(im)) {
			out = append(out, fmt.Sprintf("gets the stream %s of account %s", im.Subject, im.Account))
		}
	}
	return out
}
