package contextcmd

import (
	"context"
	"errors"
	"reflect"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// contextAdd saves a new context.
type contextAdd struct {
	name   string
	fields fieldFlags
}

func (c *contextAdd) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong(`The context is made of these flags and of the global ones: -s URL, --creds FILE,
--nkey FILE, --user NAME with --password-file or --password-stdin, --token-file,
--tlscert, --tlskey, --tlsca, --tlsfirst, --inbox-prefix and --socks-proxy. User and
password in a URL move into their own keys. Files have to exist, and secret ones
have to be yours alone. Instead of a file, --creds, --nkey, --password-file and
--token-file take a reference: env://NAME, op://vault/item/field, nsc://operator/account/user.
Without -s, an nsc reference gives the service URL of its operator.
`)
	cmd.Arg("name", "The name of the context.").Required().StringVar(&c.name)
	c.fields.Setup(cmd)
}

func (c *contextAdd) Run(ctx context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	if err := natsctx.CheckNewName(c.name); err != nil {
		return err
	}
	set, err := c.fields.settings(ctx, e)
	if err != nil {
		return err
	}
	saved := &natsctx.Context{Name: c.name}
	if err := saved.Overlay(&set); err != nil {
		return err
	}
	service, err := natsctx.ServiceURL(ctx, saved.Settings)
	if err != nil {
		return err
	}
	if service != "" {
		saved.URL = service
	}
	saved.URL = saved.URLOrDefault()
	if err := accept(ctx, e, saved); err != nil {
		return err
	}
	if err := store.Create(saved); err != nil {
		return err
	}
	return c.fields.finish(e, store, c.name, "saved")
}

// accept rejects a context that cannot work, and warns about one that may not.
func accept(ctx context.Context, e *cli.Env, c *natsctx.Context) error {
	unsaved := *c
	unsaved.Path = ""
	for _, f := range unsaved.Inspect(ctx, e.Getenv, e.Now()) {
		var secret *natsctx.SecretError
		later := errors.As(f.Err, &secret) && natsctx.IsReference(secret.Ref)
		switch {
		case f.Err == nil:
		case f.Warning, later, errors.Is(f.Err, natsctx.ErrExpired):
			e.Note("warning", f.Err.Error())
		default:
			return f.Err
		}
	}
	return nil
}

// contextCopy saves a context under a second name.
type contextCopy struct {
	from, to string
	fields   fieldFlags
}

func (c *contextCopy) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("source", "The context to copy.").Required().StringVar(&c.from)
	cmd.Arg("name", "The name of the copy.").Required().StringVar(&c.to)
	c.fields.Setup(cmd)
}

func (c *contextCopy) Run(ctx context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	set, err := c.fields.settings(ctx, e)
	if err != nil {
		return err
	}
	source, err := store.Load(c.from)
	if err != nil {
		return err
	}
	if !reflect.ValueOf(set).IsZero() {
		if err := source.Overlay(&set); err != nil {
			return err
		}
		if err := accept(ctx, e, source); err != nil {
			return err
		}
	}
	if err := store.Copy(c.from, c.to, func(s *natsctx.Settings) error { return s.Overlay(&set) }); err != nil {
		return err
	}
	return c.fields.finish(e, store, c.to, "saved")
}
