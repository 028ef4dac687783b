package contextcmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// fieldFlags are the settings of a context that are not global flags.
type fieldFlags struct {
	own           natsctx.Settings
	jwt, seed     string
	embed, choose bool
	color         string
	protected     bool
}

func (f *fieldFlags) Setup(cmd *kingpin.CmdClause) {
	s := &f.own
	cmd.Flag("description", "Description of the context.").PlaceHolder("TEXT").StringVar(&s.Description)
	cmd.Flag("select", "Select the context.").BoolVar(&f.choose)
	cmd.Flag("jwt", "User JWT: a file, or a reference such as env://NAME.").PlaceHolder("FILE").StringVar(&f.jwt)
	cmd.Flag("seed", "Seed that belongs to the JWT: a file, or a reference such as env://NAME.").PlaceHolder("FILE").StringVar(&f.seed)
	cmd.Flag("embed", "Put the contents of credential files into the context.").BoolVar(&f.embed)
	cmd.Flag("js-domain", "JetStream domain.").PlaceHolder("DOMAIN").StringVar(&s.JSDomain)
	cmd.Flag("js-api-prefix", "Subject prefix of the JetStream API.").PlaceHolder("SUBJECT").StringVar(&s.JSAPIPrefix)
	cmd.Flag("js-event-prefix", "Subject prefix of JetStream events.").PlaceHolder("SUBJECT").StringVar(&s.JSEventPrefix)
	cmd.Flag("colors", "Color scheme of the nats CLI's tables.").PlaceHolder("SCHEME").StringVar(&s.ColorScheme)
	cmd.Flag("color", "Color that marks the context in natsctl, or none.").PlaceHolder("COLOR").
		EnumVar(&f.color, append(natsctx.Colors(), "none")...)
	cmd.Flag("protected", "Require --force for actions in this context.").BoolVar(&f.protected)
	cmd.Flag("certstore", "Windows certificate store: user or machine.").PlaceHolder("STORE").StringVar(&s.WinCertStore)
	cmd.Flag("certstore-match", "Which certificate of the store.").PlaceHolder("TEXT").StringVar(&s.WinCertMatch)
	cmd.Flag("certstore-match-by", "What --certstore-match matches: subject or issuer.").PlaceHolder("BY").StringVar(&s.WinCertMatchBy)
	cmd.Flag("certstore-ca-match", "Which authorities of the store; repeat for several.").PlaceHolder("TEXT").StringsVar(&s.WinCAMatch)
}

// settings returns the settings of all flags. Paths are absolute and userinfo is
// removed from URLs. Only a user's password comes from the environment.
func (f *fieldFlags) settings(ctx context.Context, e *cli.Env) (natsctx.Settings, error) {
	g := e.Flags
	var password, token string
	for file, ref := range map[*string]*string{&g.PasswordFile: &password, &g.TokenFile: &token} {
		if natsctx.IsReference(*file) {
			*ref, *file = *file, ""
		}
	}
	over, err := g.Overrides(e)
	if err != nil {
		return over.Settings, err
	}
	set := over.Settings
	set.Password, set.Token = set.Password+password, set.Token+token
	own := f.own
	if own.UserJWT, err = fileReference(f.jwt); err != nil {
		return set, err
	}
	if own.UserSeed, err = fileReference(f.seed); err != nil {
		return set, err
	}
	set.Fill(&own)
	if err := set.LiftUserinfo(); err != nil {
		return set, err
	}
	for _, path := range []*string{&set.Creds, &set.NKey, &set.Cert, &set.Key, &set.CA} {
		if *path, err = natsctx.Absolute(*path); err != nil {
			return set, err
		}
	}
	if f.embed {
		if err := set.Embed(ctx, e.Getenv); err != nil {
			return set, err
		}
	}
	return set, passwordFor(e, &set)
}

// fileReference makes file:// and an absolute path of a bare path.
func fileReference(value string) (string, error) {
	if value == "" || natsctx.IsReference(value) {
		return value, nil
	}
	path, err := natsctx.Absolute(value)
	return "file://" + path, err
}

// passwordFor adds the password of a user from the environment or from a
// terminal prompt.
func passwordFor(e *cli.Env, set *natsctx.Settings) error {
	if set.User == "" || set.Password != "" || set.Creds != "" || set.NKey != "" { // two kinds are rejected later
		return nil
	}
	if set.Password = e.Getenv("NATS_PASSWORD"); set.Password != "" {
		return nil
	}
	if !e.InTTY { // the nats CLI would save the name as a token
		return cli.Usagef("--user needs a password: use --password-file, --password-stdin or NATS_PASSWORD; for a token use --token-file")
	}
	var err error
	set.Password, err = e.AskPassword(set.User)
	return err
}

// mark sets the mark of a saved context from the flags.
func (f *fieldFlags) mark(store *natsctx.Store, name string) error {
	if f.color == "" && !f.protected {
		return nil
	}
	return store.SetMark(name, func(m *natsctx.Mark) {
		m.Protected = m.Protected || f.protected
		if f.color != "" {
			m.Color = strings.TrimPrefix(f.color, "none")
		}
	})
}

// finish marks and selects a saved context, and prints what was done.
func (f *fieldFlags) finish(e *cli.Env, store *natsctx.Store, name, done string) error {
	if err := f.mark(store, name); err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("context %q is %s in %s", name, done, store.Path(name)))
	if !f.choose {
		return nil
	}
	if err := store.Select(name); err != nil {
		return err
	}
	return printSelected(e, store, name)
}
