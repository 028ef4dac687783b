package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/exporter"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// connectContext connects with a saved context alone: what the command line and
// the environment say of the connection belongs to another one.
func (e *env) connectContext(ctx context.Context, name string, extra ...nats.Option) (*nats.Conn, error) {
	store, err := e.store()
	if err != nil {
		return nil, err
	}
	target, err := natsctx.Resolve(store, natsctx.Overrides{Context: name, IgnoreEnv: true}, e.getenv)
	if err != nil {
		return nil, err
	}
	return e.dial(ctx, target, extra...)
}

// probeResolver connects to the contexts that /probe may ask: those named, or
// every saved one for "*". A path is not a name, whoever asks.
func (e *env) probeResolver(allowed []string) exporter.Resolver {
	return func(ctx context.Context, name string) (*nats.Conn, error) {
		if !slices.Contains(allowed, name) && !slices.Contains(allowed, "*") || natsctx.CheckName(name) != nil {
			return nil, fmt.Errorf("%w that may be probed: %q", exporter.ErrNoContext, name)
		}
		nc, err := e.connectContext(ctx, name)
		if errors.Is(err, natsctx.ErrUnknown) {
			return nil, fmt.Errorf("%w: %q", exporter.ErrNoContext, name)
		}
		return nc, err
	}
}
