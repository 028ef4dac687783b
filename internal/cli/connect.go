package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/connect"
)

// Store opens the contexts of this user.
func (e *Env) Store() (*natsctx.Store, error) {
	root, err := natsctx.ConfigHome(e.Getenv)
	if err != nil && !errors.Is(err, natsctx.ErrNoHome) { // in a container there may be no home directory and no context
		return nil, err
	}
	return natsctx.Open(root), nil
}

// Target determines the server URLs and credentials, without connecting.
func (e *Env) Target() (*natsctx.Target, error) {
	store, err := e.Store()
	if err != nil {
		return nil, err
	}
	overrides, err := e.Flags.Overrides(e)
	if err != nil {
		return nil, err
	}
	t, err := natsctx.Resolve(store, overrides, e.Getenv)
	if err != nil || !e.InTTY || overrides.User == "" || t.User != "" || t.Token != overrides.User {
		return t, err
	}
	// No password was given for --user, so it would be sent as a token.
	if overrides.Password, err = e.AskPassword(overrides.User); err != nil || overrides.Password == "" {
		return t, err
	}
	return natsctx.Resolve(store, overrides, e.Getenv)
}

// Overrides returns the connection flags in the form of the context package.
func (g *Globals) Overrides(e *Env) (natsctx.Overrides, error) {
	o := natsctx.Overrides{
		Context: g.Context, NoContext: g.noContext,
		Settings: natsctx.Settings{
			URL: strings.Join(g.Servers, ","), User: g.User, Creds: g.creds, NKey: g.nkey,
			Cert: g.tlsCert, Key: g.tlsKey, CA: g.tlsCA, TLSFirst: g.tlsFirst,
			InboxPrefix: g.inboxPrefix, SocksProxy: g.socksProxy,
		},
		Timeout: g.Timeout, Insecure: g.Insecure, AllowURLOverride: g.allowURLOverride,
	}
	var err error
	if o.Password, err = secret(e, "password-file", g.PasswordFile, g.passwordStdin); err != nil {
		return o, err
	}
	o.Token, err = secret(e, "token-file", g.TokenFile, false)
	return o, err
}

// secret reads a secret from a file or from standard input, without its
// trailing line end. A file of this user that others can read is refused.
func secret(e *Env, flag, file string, stdin bool) (string, error) {
	switch {
	case stdin:
		line, err := bufio.NewReader(e.In).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password from standard input: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	case file != "":
		secret, warning, err := natsctx.ReadSecretFile(flag, file)
		if warning != nil {
			e.Note("warning", warning.Error())
		}
		return secret, err
	}
	return "", nil
}

// Connect connects with the context, environment and flags of the command, at
// most once. The connection is drained when the command ends.
func (e *Env) Connect(ctx context.Context, extra ...nats.Option) (*session, error) {
	if e.Session != nil {
		return e.Session, nil
	}
	target, err := e.Target()
	if err != nil {
		return nil, err
	}
	s := &session{Target: target}
	if s.Conn, err = e.Dial(ctx, target, extra...); err != nil {
		return nil, err
	}
	e.Session, e.dialled = s, target
	e.OnClose(func() { s.Conn.Close(); e.Session = nil })
	return s, nil
}

// ConnectContext connects with a saved context only: the connection flags and
// environment are for another connection. The caller closes it.
func ConnectContext(ctx context.Context, e *Env, name string, extra ...nats.Option) (*nats.Conn, error) {
	store, err := e.Store()
	if err != nil {
		return nil, err
	}
	target, err := natsctx.Resolve(store, natsctx.Overrides{Context: name, IgnoreEnv: true}, e.Getenv)
	if err != nil {
		return nil, err
	}
	return e.Dial(ctx, target, extra...)
}

// Dial connects to a target; the caller closes the connection.
func (e *Env) Dial(ctx context.Context, target *natsctx.Target, extra ...nats.Option) (*nats.Conn, error) {
	e.Warn(target)
	dial, err := target.Dial(ctx)
	if err != nil {
		return nil, err
	}
	for _, warning := range dial.Warnings {
		e.Note("warning", warning.Error())
	}
	opts := nats.GetDefaultOptions()
	opts.Servers = dial.URLs
	own := []nats.Option{
		nats.Name("natsctl " + BuildVersion()), nats.ErrorHandler(ignoreAsyncError), nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, time.Second),
	}
	for _, set := range append(append(dial.Options, own...), extra...) {
		if err := set(&opts); err != nil {
			return nil, fmt.Errorf("connection options: %w", err)
		}
	}
	if e.Flags.Trace {
		opts.CustomDialer = &tracer{inner: opts.CustomDialer, timeout: opts.Timeout, w: e.Err}
	}
	nc, err := connect.Connect(ctx, opts)
	switch {
	case err == nil:
		return nc, nil
	case ctx.Err() != nil:
		return nil, err
	}
	if expired := dial.Expired(e.Now()); expired != nil && errors.Is(err, nats.ErrAuthorization) {
		err = expired
	}
	return nil, &connectError{target: target, flags: &e.Flags, cause: err}
}

// ignoreAsyncError keeps nats.go from printing asynchronous errors; code that waits
// for an answer handles and reports them.
func ignoreAsyncError(*nats.Conn, *nats.Subscription, error) {}

// Warn prints warnings about the security and settings of the connection.
func (e *Env) Warn(t *natsctx.Target) {
	if t.Insecure {
		e.Note("warning", "--insecure: the server's certificate is not verified; anyone between can read and change the traffic")
	}
	for _, host := range t.PlaintextHosts() {
		e.Note("warning", "the secret may be sent to "+host+" without encryption; a tls:// URL requires it")
	}
	if names := t.EnvOverrides(); len(names) > 0 {
		e.Note("warning", "environment variables override the context: "+strings.Join(names, ", "))
	}
}
