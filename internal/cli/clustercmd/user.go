package clustercmd

import (
	"cmp"
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/view"
)

// clusterUserLs lists the users of a cluster.
type clusterUserLs struct {
	which clusterArg
	shape cli.ShapeFlags
}

func (c *clusterUserLs) Setup(cmd *kingpin.CmdClause) {
	c.which.setupIn(cmd)
	c.shape.Setup(cmd, "")
}

// userColumns is the table of users. It has no secrets: contexts hold them.
var userColumns = []view.Column[plan.Identity]{
	{Name: "account", Title: "ACCOUNT", Help: "The account that it is in.", Value: func(i plan.Identity) any { return i.Account }},
	{Name: "user", Title: "USER", Help: "Its name.", Value: func(i plan.Identity) any { return i.User }},
	{Name: "proof", Title: "PROOF", Help: "How it authenticates.", Value: func(i plan.Identity) any { return proof(i) }},
	{Name: "public_key", Title: "PUBLIC KEY", Help: "Its public key, where it has one.", Wide: true, Value: func(i plan.Identity) any { return i.Public }},
	{Name: "file", Title: "FILE", Help: "Its credentials, seed or certificate.", Wide: true, Value: func(i plan.Identity) any { return cmp.Or(i.Creds, i.Seed, i.Cert) }},
}

func proof(i plan.Identity) string {
	switch {
	case i.Creds != "":
		return "credentials"
	case i.Seed != "":
		return "nkey"
	case i.Password != "":
		return "password"
	}
	return "certificate"
}

func (c *clusterUserLs) Run(_ context.Context, e *cli.Env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	return printRows(e, "natsctl.cluster.users/v1", userColumns, l.Identities, c.shape)
}

// clusterUserAdd adds a user.
type clusterUserAdd struct {
	in      inFlag
	account string
	newUser spec.User
}

func (c *clusterUserAdd) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("user", "Its name.").Required().StringVar(&c.newUser.Name)
	cmd.Flag("account", "The account that it will be in.").Required().PlaceHolder("ACCOUNT").StringVar(&c.account)
	cmd.Flag("role", "The signing key that makes it, whose permissions it has.").PlaceHolder("ROLE").StringVar(&c.newUser.Role)
	cmd.Flag("pub", "Subject that it may publish to; repeat for more (default: all).").PlaceHolder("SUBJECT").StringsVar(&c.newUser.Pub)
	cmd.Flag("sub", "Subject that it may subscribe to; repeat for more (default: all).").PlaceHolder("SUBJECT").StringsVar(&c.newUser.Sub)
	c.in.Setup(cmd)
}

func (c *clusterUserAdd) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.in.find(e)
	if err != nil {
		return err
	}
	store, err := e.Store()
	if err != nil {
		return err
	}
	name := l.Name + "-" + c.newUser.Name
	if store.Known(name) == nil {
		return fmt.Errorf("context %q: %w and is not of this cluster", name, natsctx.ErrExists)
	}
	id, err := l.home.NewUser(ctx, l.Name, c.account, c.newUser, name)
	if err != nil {
		return err
	}
	if err := l.renew(e); err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("user %s of account %s can connect now: context %s, credentials %s", id.User, id.Account, name, id.Creds))
	return nil
}

// clusterUserRevoke revokes a user.
type clusterUserRevoke struct {
	in   inFlag
	name string
	act  cli.ActFlags
}

func (c *clusterUserRevoke) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("user", "Its name.").Required().StringVar(&c.name)
	c.in.Setup(cmd)
	c.act.Setup(cmd)
}

func (c *clusterUserRevoke) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.in.find(e)
	if err != nil {
		return err
	}
	plan := fmt.Sprintf("user %s of cluster %s will be disconnected from every server and cannot come back", c.name, l.Name)
	if err := c.act.Confirm(e, plan, c.name, false); err != nil {
		return err
	}
	if err := l.home.Revoke(ctx, l.Name, c.name); err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("user %s is revoked: all %d servers have acknowledged", c.name, len(l.Nodes)))
	return nil
}
