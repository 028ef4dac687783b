package fleetcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// accountEntry holds the commands about accounts. A user of the system account
// sees all of them, any other user its own.
func accountEntry() cli.Entry {
	return cli.Entry{Name: "account", Help: "Show accounts: all as a system user, the user's own otherwise.", Sub: []cli.Entry{
		{Name: "info", Help: "Show one account and your user in it.", Cmd: &accountInfoCommand{}, Examples: []string{
			"account info",
			"account info APP",
			"account info APP -o json",
		}},
		{Name: "ls", Help: "List the accounts with their connections and traffic.", Cmd: &accountListCommand{}, Examples: []string{
			"account ls",
			"account ls --jetstream --sort bytes",
			"account ls -o csv",
		}},
		{Name: "conns", Help: "List the connections of one account.", Cmd: &accountConnsCommand{}, Examples: []string{
			"account conns",
			"account conns APP --state all",
			"account conns APP --subject orders.new",
		}},
	}}
}

// accountView shows accounts as the user is permitted to see them.
type accountView struct {
	client *sys.Client
	own    *sys.Own // the view of an ordinary user; nil for a system user
	user   string   // account that the user is in
}

// newAccountView requests as a system user, or else as a user of an account. The
// snapshot holds what want selects, or what the user may see of its own account; a
// request that its permissions deny is an error if its kind is needed.
func newAccountView(ctx context.Context, e *cli.Env, want fleet.Want, needed ...fleet.Kind) (*accountView, *fleet.Snapshot, error) {
	client, err := e.System(ctx)
	if err != nil {
		return nil, nil, err
	}
	snap, err := client.Snapshot(ctx, want)
	denied := errors.Is(err, sys.ErrPermission) && !client.Conn().IsSystemAccount()
	if !errors.Is(err, sys.ErrNotSystem) && !denied {
		return &accountView{client: client}, snap, err
	}
	var other *sys.NotSystemError
	if !errors.As(err, &other) { // a server before 2.12 does not report the account to a user without the permission
		other = &sys.NotSystemError{Account: client.Conn().RemoteAccount()}
	}
	own, err := client.OwnAccount(ctx, want.Conns)
	if err != nil {
		return nil, nil, err
	}
	for _, k := range needed {
		if err := own.Refused(k); err != nil {
			return nil, nil, err
		}
	}
	l := &accountView{client: client, own: own, user: other.Account}
	if own.User != nil {
		l.user = own.User.Account
	}
	return l, own.Snapshot, nil
}

// limits prints on standard error what the user may not see.
func (l *accountView) limits(e *cli.Env) {
	if l.own != nil && e.ErrTTY {
		e.Note("", fmt.Sprintf("as a user of account %s, not of the system account: %d servers reported this account only; other accounts, "+
			"links between servers, and servers that did not respond are not visible", l.user, len(l.own.Snapshot.Servers)))
	}
}

// complete returns the snapshot to check for missing servers: nil for an
// ordinary user, who cannot see them.
func (l *accountView) complete(s *fleet.Snapshot) *fleet.Snapshot {
	if l.own != nil {
		return nil
	}
	return s
}

// refuse returns the servers' name of an account. An ordinary user can only name
// its own, by key or name; any other is an error.
func (l *accountView) refuse(account string) (string, error) {
	if l.own == nil || account == "" || account == l.user {
		return account, nil
	}
	key, err := fleet.NewAccountNames(l.own.Snapshot).Find(account)
	if err != nil || key == l.user {
		return key, err
	}
	return "", &sys.NotSystemError{Account: l.user}
}

type accountListCommand struct {
	cli.ShapeFlags
	jetstream bool
}

func (c *accountListCommand) Setup(cmd *kingpin.CmdClause) {
	c.ShapeFlags.Setup(cmd, "")
	cmd.Flag("jetstream", "Count streams, consumers and bytes too; needs the system account.").BoolVar(&c.jetstream)
}

func (c *accountListCommand) Run(ctx context.Context, e *cli.Env) error {
	want := fleet.Want{Kinds: []fleet.Kind{fleet.AccountStatz, fleet.Varz}}
	if c.jetstream {
		want.Kinds = append(want.Kinds, fleet.Jsz)
		want.JS.Streams = true
	}
	av, snap, err := newAccountView(ctx, e, want, fleet.AccountStatz)
	if err != nil {
		return err
	}
	grid, err := c.Shape.Apply(view.NewGrid(view.Accounts(false), slices.Values(fleet.AccountRows(snap, nil))))
	if err != nil {
		return err
	}
	av.limits(e)
	return e.Print(cli.Table{Schema: "natsctl.account.ls/v1", Snap: av.complete(snap), Grid: grid, Totals: grid.Totals("total")})
}

type accountConnsCommand struct {
	cli.ShapeFlags
	name  string
	conns fleet.ConnWant
	noOwn bool
}

func (c *accountConnsCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "Account (default: your own, the only one visible outside the system account).").StringVar(&c.name)
	c.ShapeFlags.Setup(cmd, "")
	noOwnFlag(cmd, &c.noOwn)
	cmd.Flag("state", "open, closed or all.").Default("open").EnumVar(&c.conns.State, "open", "closed", "all")
	cmd.Flag("subject", "Show only connections with a subscription that matches this subject.").PlaceHolder("SUBJECT").StringVar(&c.conns.Subject)
}

func (c *accountConnsCommand) Run(ctx context.Context, e *cli.Env) error {
	var err error
	if c.conns.Account, err = accountKey(ctx, e, c.name); err != nil {
		return err
	}
	if c.name == "" {
		info, err := whoami(ctx, e)
		if err != nil {
			return err
		}
		c.conns.Account = info
	}
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Connz, fleet.Varz, fleet.Accountz}, Conns: c.conns}
	if wantsLeafs(c.conns) {
		want.Kinds = append(want.Kinds, fleet.Leafz)
	}
	av, snap, err := newAccountView(ctx, e, want, fleet.Connz)
	if err != nil {
		return err
	}
	if c.conns.Account, err = av.refuse(c.conns.Account); err != nil {
		return err
	}
	if err := knownAccount(snap, c.conns.Account); err != nil {
		return err
	}
	rows := slices.DeleteFunc(fleet.ConnRows(snap, nil), func(r *fleet.ConnRow) bool { return c.noOwn && r.Own() })
	for _, r := range fleet.LeafRows(snap, nil) {
		if r.Info.Account == c.conns.Account {
			rows = append(rows, r)
		}
	}
	grid, err := c.Shape.Apply(view.NewGrid(view.Connections(false, c.conns.State != "open"), slices.Values(rows)))
	if err != nil {
		return err
	}
	av.limits(e)
	return e.Print(cli.Table{Schema: "natsctl.account.conns/v1", Snap: av.complete(snap), Grid: grid, Totals: grid.Totals("total")})
}

// whoami returns the account of the user.
func whoami(ctx context.Context, e *cli.Env) (string, error) {
	client, err := e.System(ctx)
	if err != nil {
		return "", err
	}
	if acc := client.Conn().RemoteAccount(); acc != "" {
		return acc, nil
	}
	info, err := client.UserInfo(ctx)
	if err == nil {
		return info.Account, nil
	}
	if acc := client.Conn().RemoteAccount(); acc != "" { // received meanwhile, after the connection's first PONG
		return acc, nil
	}
	if errors.Is(err, sys.ErrTooOld) { // servers before 2.10 do not say who asks, but answer VARZ to system users only
		if acc := systemAccount(ctx, client); acc != "" {
			return acc, nil
		}
	}
	return "", err
}

// systemAccount returns the name of the system account, as the connected server
// reports it to a system user; "" for others.
func systemAccount(ctx context.Context, client *sys.Client) string {
	id := client.Conn().ConnectedServerId()
	s, err := client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}, Scope: fleet.Scope{Name: id}})
	if err != nil {
		return ""
	}
	for _, sv := range s.Servers {
		if sv.Info.ID == id && sv.Varz != nil {
			return sv.Varz.SystemAccount
		}
	}
	return ""
}

// knownAccount rejects a name that no queried server knows, and suggests the
// nearest one. An ordinary user has no list to compare with.
func knownAccount(s *fleet.Snapshot, account string) error {
	var known []string
	for _, sv := range s.Servers {
		if sv.Accountz == nil {
			return nil
		}
		known = append(known, sv.Accountz.Accounts...)
	}
	if slices.Contains(known, account) || len(s.Servers) == 0 {
		return nil
	}
	return noAccount(s, account, known)
}

// noAccount is the error about an account that is not among the known ones.
func noAccount(s *fleet.Snapshot, account string, known []string) error {
	return cli.NotFound(fmt.Errorf("%w %q%s", errNoAccount, account, view.Suggest(account, slices.Compact(slices.Sorted(slices.Values(known))))), s)
}
