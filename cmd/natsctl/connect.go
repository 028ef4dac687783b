package main

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
)

// session is where a command is connected, and as whom.
type session struct {
	target *natsctx.Target
	nc     *nats.Conn
}

// store opens the contexts of this user.
func (e *env) store() (*natsctx.Store, error) {
	root, err := natsctx.ConfigHome(e.getenv)
	if err != nil && !errors.Is(err, natsctx.ErrNoHome) { // in a container there may be none, nor any context
		return nil, err
	}
	return natsctx.Open(root), nil
}

// target finds out where to connect, and as whom, without connecting.
func (e *env) target() (*natsctx.Target, error) {
	store, err := e.store()
	if err != nil {
		return nil, err
	}
	overrides, err := e.flags.overrides(e)
	if err != nil {
		return nil, err
	}
	t, err := natsctx.Resolve(store, overrides, e.getenv)
	if err != nil || !e.inTTY || overrides.User == "" || t.User != "" || t.Token != overrides.User {
		return t, err
	}
	// Nobody gave a password for --user, so it would be sent as a token.
	if overrides.Password, err = e.askPassword(overrides.User); err != nil || overrides.Password == "" {
		return t, err
	}
	return natsctx.Resolve(store, overrides, e.getenv)
}

// overrides are the connection flags as the context package wants them.
func (g *globals) overrides(e *env) (natsctx.Overrides, error) {
	o := natsctx.Overrides{
		Context: g.context, NoContext: g.noContext,
		Settings: natsctx.Settings{
			URL: strings.Join(g.servers, ","), User: g.user, Creds: g.creds, NKey: g.nkey,
			Cert: g.tlsCert, Key: g.tlsKey, CA: g.tlsCA, TLSFirst: g.tlsFirst,
			InboxPrefix: g.inboxPrefix, SocksProxy: g.socksProxy,
		},
		Timeout: g.timeout, Insecure: g.insecure, AllowURLOverride: g.allowURLOverride,
	}
	var err error
	if o.Password, err = e.secret("password-file", g.passwordFile, g.passwordStdin); err != nil {
		return o, err
	}
	o.Token, err = e.secret("token-file", g.tokenFile, false)
	return o, err
}

// secret reads a secret from a file or from standard input, without its
// trailing line end. A file of this user that others can read is refused.
func (e *env) secret(flag, file string, stdin bool) (string, error) {
	switch {
	case stdin:
		line, err := bufio.NewReader(e.in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password from standard input: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	case file != "":
		secret, warning, err := natsctx.ReadSecretFile(flag, file)
		if warning != nil {
			e.say("warning", warning.Error())
		}
		return secret, err
	}
	return "", nil
}

// connect connects with the context, environment and flags of the command, at
// most once. The connection is drained when the command ends.
func (e *env) connect(ctx context.Context, extra ...nats.Option) (*session, error) {
	if e.session != nil {
		return e.session, nil
	}
	target, err := e.target()
	if err != nil {
		return nil, err
	}
	s := &session{target: target}
	if s.nc, err = e.dial(ctx, target, extra...); err != nil {
		return nil, err
	}
	e.session, e.dialled = s, target
	e.onClose(func() { s.nc.Close(); e.session = nil })
	return s, nil
}

// dial connects to a target; the caller closes the connection.
func (e *env) dial(ctx context.Context, target *natsctx.Target, extra ...nats.Option) (*nats.Conn, error) {
	e.warn(target)
	dial, err := target.Dial(ctx)
	if err != nil {
		return nil, err
	}
	for _, warning := range dial.Warnings {
		e.say("warning", warning.Error())
	}
	opts := nats.GetDefaultOptions()
	opts.Servers = dial.URLs
	own := []nats.Option{
		nats.Name("natsctl " + buildVersion()), nats.ErrorHandler(unsaid), nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond), nats.ReconnectJitter(100*time.Millisecond, time.Second),
	}
	for _, set := range append(append(dial.Options, own...), extra...) {
		if err := set(&opts); err != nil {
			return nil, fmt.Errorf("connection options: %w", err)
		}
	}
	if e.flags.trace {
		opts.CustomDialer = &tracer{inner: opts.CustomDialer, timeout: opts.Timeout, w: e.err}
	}
	nc, err := opts.Connect()
	if err != nil {
		return nil, &connectError{target: target, flags: &e.flags, cause: err}
	}
	return nc, nil
}

// unsaid keeps nats.go from printing what a server says without being asked;
// who waits for an answer listens for it and reports it in words.
func unsaid(*nats.Conn, *nats.Subscription, error) {}

// warn tells of what weakens or changes the connection.
func (e *env) warn(t *natsctx.Target) {
	if t.Insecure {
		e.say("warning", "--insecure: the server's certificate is not verified, anyone on the way can read and change everything")
	}
	for _, host := range t.PlaintextHosts() {
		e.say("warning", "the secret may reach "+host+" without encryption; a tls:// URL insists on it")
	}
	if names := t.EnvOverrides(); len(names) > 0 {
		e.say("warning", "the environment overrides the context: "+strings.Join(names, ", "))
	}
}

// origin says where a value comes from, with the name of the variable.
func origin(t *natsctx.Target, f natsctx.Field) string {
	from := t.Origin(f.Key)
	if from == natsctx.FromEnv && t.Variable(f.Key) != "" {
		return t.Variable(f.Key)
	}
	return from.String()
}
