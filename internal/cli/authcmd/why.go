package authcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/claims"
	"github.com/natsctl/natsctl/internal/view"
)

// whyCommand says why logins were refused, or would be.
type whyCommand struct {
	cli.ShapeFlags
	user    string
	follow  bool
	lasting time.Duration
	config  string
	from    string
	as      string
}

func (c *whyCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong(`It lists the logins that servers refused, from their closed connections, one row for each
client and cause; with --follow, as they happen. With --creds it judges these credentials
without logging in with them. Every cause that applies is named. What only the server knows, such
as the answer of an auth callout, is reported as not provable from outside. Tokens are never shown.
`)
	cmd.Arg("user", "Only this user, by name or public key.").StringVar(&c.user)
	cmd.Flag("follow", "Follow refused logins as they happen.").Short('f').BoolVar(&c.follow)
	cmd.Flag("for", "With --follow: exit after this time.").PlaceHolder("DURATION").DurationVar(&c.lasting)
	cmd.Flag("from", "With --creds: address that the client connects from.").PlaceHolder("IP").StringVar(&c.from)
	cmd.Flag("as", "With --creds: how the client connects: standard, websocket, mqtt, leafnode.").PlaceHolder("TYPE").Default("standard").EnumVar(&c.as, "standard", "websocket", "mqtt", "leafnode")
	cmd.Flag("config", "Configuration file of a server, to judge users that have no JWT.").PlaceHolder("FILE").StringVar(&c.config)
	c.ShapeFlags.Setup(cmd, "")
}

func (c *whyCommand) Run(ctx context.Context, e *cli.Env) error {
	judged := e.Flags.DropCreds()
	if err := c.together(judged != ""); err != nil {
		return err
	}
	var opts []sys.Option
	if c.config != "" {
		config, err := auth.ReadConfig(c.config)
		if err != nil {
			return err
		}
		opts = append(opts, sys.WithConfig(config))
	}
	if judged != "" {
		return c.judgeFile(ctx, e, judged)
	}
	client, err := e.System(ctx, opts...)
	if err != nil {
		return err
	}
	if c.follow {
		return c.watch(ctx, e, client)
	}
	rows, snap, err := c.past(ctx, client)
	if err != nil {
		return err
	}
	grid, err := c.Shape.Apply(view.NewGrid(refusalColumns, slices.Values(rows)))
	if err != nil {
		return err
	}
	if len(rows) == 0 && e.ErrTTY {
		e.Note("", "no refused login is among the closed connections that the servers remember")
	}
	return e.Print(cli.Table{Schema: "natsctl.auth.why/v1", Snap: snap, Grid: grid})
}

// together rejects flags that would have no effect.
func (c *whyCommand) together(creds bool) error {
	switch {
	case !creds && (c.from != "" || c.as != "standard"):
		return cli.Usagef("--from and --as need --creds: a refused login reports both itself")
	case creds && (c.config != "" || c.follow || c.user != ""):
		return cli.Usagef("--creds judges one file: leave out --config, --follow and the user")
	case !c.follow && c.lasting != 0:
		return cli.Usagef("--for needs --follow")
	}
	return nil
}

// errRefused is the error of credentials that servers would refuse.
var errRefused = errors.New("servers refuse these credentials")

// past judges the closed connections of all servers.
func (c *whyCommand) past(ctx context.Context, client *sys.Client) ([]*refusal, *fleet.Snapshot, error) {
	snap, err := client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Conns: fleet.ConnWant{State: "closed"}})
	if err != nil {
		return nil, nil, err
	}
	groups := newRefusals()
	var attempts []auth.Attempt
	var rows []*refusal
	for _, row := range fleet.ConnRows(snap, nil) {
		if !claims.RefusedLogin(row.Info.Reason) {
			continue
		}
		a := claims.AttemptOf(row.Server.Info, row.Info)
		r := &refusal{Last: a.Time, Server: row.Server.Info.Name, Cluster: row.Server.Info.Cluster, From: a.Host, Client: row.Info.Name, Reason: a.Reason, Times: 1, attempt: a}
		if groups.same(r) {
			continue
		}
		attempts, rows = append(attempts, a), append(rows, r)
	}
	for i, v := range client.Claims().Refusals(ctx, attempts) {
		rows[i].Refusal = claims.RefusalOf(rows[i].attempt, v)
	}
	rows = slices.DeleteFunc(rows, func(r *refusal) bool { return !r.of(c.user) })
	slices.SortStableFunc(rows, func(a, b *refusal) int { return b.Last.Compare(a.Last) })
	return rows, snap, nil
}

// judgeFile judges credentials, with what the servers hold of their account.
func (c *whyCommand) judgeFile(ctx context.Context, e *cli.Env, file string) error {
	token, doc, err := readCreds(file)
	if err != nil {
		return err
	}
	client, err := e.System(ctx)
	if err != nil {
		return err
	}
	a := auth.Attempt{Time: e.Now(), Token: token, Issuer: auth.AccountOf(token), Host: c.from, Seed: doc.Seed, Kind: "Client", Type: c.as}
	switch c.as {
	case "leafnode":
		a.Kind, a.Type = "Leafnode", "nats"
	case "standard":
		a.Type = "nats"
	}
	v := client.Claims().Refusals(ctx, []auth.Attempt{a})[0]
	if err := printVerdict(e, v); err != nil {
		return err
	}
	if v.Refused() {
		return fmt.Errorf("%w: %s", errRefused, claims.RefusalOf(a, v).Text())
	}
	return nil
}
