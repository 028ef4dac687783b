package benchcmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/connect"
)

// benchConnect returns the function that opens the connections of a benchmark,
// each as the user of the context.
func benchConnect(ctx context.Context, e *cli.Env, force bool) (bench.Connect, error) {
	target, err := e.Target()
	if err != nil {
		return nil, err
	}
	if target.Protected && !force {
		return nil, cli.ErrProtected
	}
	e.Warn(target)
	return connector(ctx, target)
}

// benchAPI returns the JetStream settings of the context.
func benchAPI(e *cli.Env) (bench.JSAPI, error) {
	target, err := e.Target()
	if err != nil {
		return bench.JSAPI{}, err
	}
	return bench.JSAPI{Domain: target.JSDomain, Prefix: target.JSAPIPrefix}, nil
}

// connector opens connections to a target.
func connector(ctx context.Context, target *natsctx.Target) (bench.Connect, error) {
	dial, err := target.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return func(extra ...nats.Option) (*nats.Conn, error) {
		opts := nats.GetDefaultOptions()
		opts.Servers = dial.URLs
		for _, set := range append(append([]nats.Option{}, dial.Options...), extra...) {
			if err := set(&opts); err != nil {
				return nil, fmt.Errorf("connection options: %w", err)
			}
		}
		nc, err := connect.Connect(ctx, opts)
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", natsctx.RedactURL(dial.URL()), err)
		}
		return nc, nil
	}, nil
}

// inContext returns the Env with another saved context, without the flags and
// the environment that name a server or a user.
func inContext(e *cli.Env, name string) *cli.Env {
	f := e.Flags
	other := e.WithFlags(cli.Globals{
		Context: name, Timeout: f.Timeout, Output: f.Output, JQ: f.JQ,
		NoColor: f.NoColor, ASCII: f.ASCII, Insecure: f.Insecure,
	})
	other.Getenv = func(name string) string {
		if strings.HasPrefix(name, "NATS_") {
			return ""
		}
		return e.Getenv(name)
	}
	return other
}
