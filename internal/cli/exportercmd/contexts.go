package exportercmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// probeResolver connects to the contexts that /probe may use: those named, or
// every saved one for "*". A path is never accepted as a name.
func probeResolver(e *cli.Env, allowed []string) exporter.Resolver {
	return func(ctx context.Context, name string) (*nats.Conn, error) {
		if !slices.Contains(allowed, name) && !slices.Contains(allowed, "*") || natsctx.CheckName(name) != nil {
			return nil, fmt.Errorf("%w that may be probed: %q", exporter.ErrNoContext, name)
		}
		nc, err := cli.ConnectContext(ctx, e, name)
		if errors.Is(err, natsctx.ErrUnknown) {
			return nil, fmt.Errorf("%w: %q", exporter.ErrNoContext, name)
		}
		return nc, err
	}
}
