package topcmd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// guestWait is how long an answer of JetStream may take.
const guestWait = 5 * time.Second

// guestTraffic is the traffic in a user's account, with unique names.
func guestTraffic(t *natsctx.Target) traffic {
	id := rand.Text()[:8]
	return traffic{
		prefix: "natsctl.demo." + id + ".", streams: "NATSCTL_DEMO_" + id + "_", replicas: 1,
		domain: t.JSDomain, api: t.JSAPIPrefix,
	}
}

// guest runs the demo in the account of a context, and removes what it created there.
func (c *demoCommand) guest(ctx context.Context, e *cli.Env) (err error) {
	if c.faults {
		return cli.Usagef("--faults disturbs the links of the demo's own servers; leave out --context, or see natsctl cluster chaos")
	}
	if c.Every != 0 || e.Flags.Output != "table" {
		return cli.Usagef("with --context the demo prints nothing; leave out --watch and -o, and use natsctl server ls in another shell")
	}
	target, err := e.Target()
	if err != nil {
		return err
	}
	s := guestTraffic(target)
	plan := []string{
		fmt.Sprintf("this sends about 350 small messages a second as the user of context %q, on %s>,", target.Name, s.prefix),
		fmt.Sprintf("and keeps at most 36 MiB of them in streams named %s..., which are removed at the end", s.streams),
	}
	if err := c.act.ConfirmLines(e, plan, target.Name, target.Protected); err != nil {
		return err
	}
	live, cancel := c.lifetime(ctx)
	defer cancel()
	home, err := e.Dial(live, target, nats.Name("natsctl demo"))
	if err != nil {
		return err
	}
	defer home.Close()
	roles, err := s.allowedClients(live, e, home)
	if err != nil {
		return err
	}
	if len(roles) > len(s.clients()) {
		defer func() { err = errors.Join(err, s.removeStreams(context.WithoutCancel(ctx), home)) }()
	}
	leave, err := startTraffic(live, roles, func(r role) (*nats.Conn, error) { return dialAs(live, e, target, r.name) })
	if err != nil {
		return err
	}
	defer leave()
	if err := c.showOrWait(live, e); live.Err() == nil || ctx.Err() != nil {
		return err
	}
	return nil // its lifetime has ended
}

// allowedClients returns the roles that the account allows.
func (s traffic) allowedClients(ctx context.Context, e *cli.Env, nc *nats.Conn) ([]role, error) {
	js, err := s.jetStream(nc)
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, guestWait)
	defer cancel()
	if _, err := js.AccountInfo(wait); err != nil {
		e.Note("warning", fmt.Sprintf("no streams in this demo, JetStream did not answer this user: %s", err))
		return s.clients(), ctx.Err()
	}
	return slices.Concat(s.clients(), s.jetStreamClients()), nil
}

// showOrWait shows the dashboard, or waits if there is no terminal.
func (c *demoCommand) showOrWait(ctx context.Context, e *cli.Env) error {
	if c.onScreen(e) {
		feed, err := liveFeed(ctx, e, false)
		if err != nil {
			return err
		}
		return c.watch(ctx, e, feed)
	}
	e.Note("", "the clients are running; stop them with Ctrl-C")
	<-ctx.Done()
	return ctx.Err()
}

// removeStreams removes the streams of the traffic.
func (s traffic) removeStreams(ctx context.Context, nc *nats.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, guestWait)
	defer cancel()
	js, err := s.jetStream(nc)
	if err != nil {
		return err
	}
	var left []string
	for _, name := range []string{"ORDERS", "READINGS"} {
		err := js.DeleteStream(ctx, s.streams+name)
		if err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
			left = append(left, fmt.Sprintf("%s: %s", s.streams+name, err))
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("streams of the demo may not have been removed: %s", strings.Join(left, "; "))
	}
	return nil
}

// dialAs connects to a target under another client name.
func dialAs(ctx context.Context, e *cli.Env, t *natsctx.Target, name string) (*nats.Conn, error) {
	quiet := *e
	if !e.Flags.Trace {
		quiet.Err = io.Discard // the warnings were already printed
	}
	return quiet.Dial(ctx, t, nats.Name(name))
}
