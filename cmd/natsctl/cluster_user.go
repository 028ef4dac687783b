package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/view"
)

// clusterUserLs lists the users of a cluster.
type clusterUserLs struct {
	which clusterArg
	shape shapeFlags
}

func (c *clusterUserLs) setup(cmd *kingpin.CmdClause) {
	c.which.setup(cmd)
	c.shape.setup(cmd, "")
}

// userColumns is the table of users. Secrets are not among them: contexts hold them.
var userColumns = []view.Column[broker.Identity]{
	{Name: "account", Title: "ACCOUNT", Help: "The account that it is in.", Value: func(i broker.Identity) any { return i.Account }},
	{Name: "user", Title: "USER", Help: "Its name.", Value: func(i broker.Identity) any { return i.User }},
	{Name: "proof", Title: "PROOF", Help: "How it proves who it is.", Value: func(i broker.Identity) any { return proof(i) }},
	{Name: "public_key", Title: "PUBLIC KEY", Help: "Its public key, where it has one.", Wide: true, Value: func(i broker.Identity) any { return i.Public }},
	{Name: "file", Title: "FILE", Help: "Its credentials, seed or certificate.", Wide: true, Value: func(i broker.Identity) any { return cmp.Or(i.Creds, i.Seed, i.Cert) }},
}

func proof(i broker.Identity) string {
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

func (c *clusterUserLs) run(_ context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	r, err := c.which.pick(home)
	if err != nil {
		return err
	}
	grid, err := c.shape.shape.Apply(view.NewGrid(userColumns, slices.Values(r.Identities)))
	if err != nil {
		return err
	}
	return e.print(table{schema: "natsctl.cluster.users/v1", grid: grid})
}

// clusterUserAdd makes a user.
type clusterUserAdd struct {
	in, account string
	newUser     broker.User
}

func (c *clusterUserAdd) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("user", "Its name.").Required().StringVar(&c.newUser.Name)
	cmd.Flag("account", "The account that it will be in.").Required().PlaceHolder("ACCOUNT").StringVar(&c.account)
	cmd.Flag("role", "The signing key that makes it, whose permissions it has.").PlaceHolder("ROLE").StringVar(&c.newUser.Role)
	cmd.Flag("pub", "Subject that it may publish to; repeat for more (default: all).").PlaceHolder("SUBJECT").StringsVar(&c.newUser.Pub)
	cmd.Flag("sub", "Subject that it may subscribe to; repeat for more (default: all).").PlaceHolder("SUBJECT").StringsVar(&c.newUser.Sub)
	cmd.Flag("in", "The cluster; may be left out when only one is up.").PlaceHolder("CLUSTER").StringVar(&c.in)
}

func (c *clusterUserAdd) run(ctx context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	r, err := running(home, c.in)
	if err != nil {
		return err
	}
	store, err := e.store()
	if err != nil {
		return err
	}
	name := r.Name + "-" + c.newUser.Name
	if store.Known(name) == nil {
		return fmt.Errorf("context %q: %w and is not of this cluster", name, natsctx.ErrExists)
	}
	id, err := home.NewUser(ctx, r.Name, c.account, c.newUser, name)
	if err != nil {
		return err
	}
	if r, err = home.Record(r.Name); err != nil {
		return err
	}
	if err := e.makeContexts(r); err != nil {
		return err
	}
	e.say("", fmt.Sprintf("user %s of account %s can connect now: context %s, credentials %s", id.User, id.Account, name, id.Creds))
	return nil
}

// clusterUserRevoke throws a user out.
type clusterUserRevoke struct {
	in, name string
	act      actFlags
}

func (c *clusterUserRevoke) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("user", "Its name.").Required().StringVar(&c.name)
	cmd.Flag("in", "The cluster; may be left out when only one is up.").PlaceHolder("CLUSTER").StringVar(&c.in)
	c.act.setup(cmd)
}

func (c *clusterUserRevoke) run(ctx context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	r, err := running(home, c.in)
	if err != nil {
		return err
	}
	plan := fmt.Sprintf("user %s of cluster %s will be disconnected from every server and cannot come back", c.name, r.Name)
	if err := c.act.confirm(e, plan, c.name, false); err != nil {
		return err
	}
	if err := home.Revoke(ctx, r.Name, c.name); err != nil {
		return err
	}
	e.say("", fmt.Sprintf("user %s is revoked: all %d servers have acknowledged", c.name, len(r.Nodes)))
	return nil
}
