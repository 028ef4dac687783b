package sys

import (
	"context"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Config identifies a configuration that a server runs with.
type Config struct {
	Digest string    `json:"digest,omitempty"` // empty for servers before 2.11, which report none
	Loaded time.Time `json:"loaded"`
}

// Reloaded tells how a server's configuration changed.
type Reloaded struct {
	Server  string `json:"server"`
	ID      string `json:"id"`
	Cluster string `json:"cluster,omitempty"`
	Before  Config `json:"before"`
	After   Config `json:"after"`
}

// Changed tells whether the server runs with another configuration now. It is
// false for a server that reports no digest.
func (r Reloaded) Changed() bool { return r.Before.Digest != r.After.Digest }

// Reload makes one server read its configuration file again and tells what came
// of it. A file that the server does not accept is a [*RefusedError] with the
// server's own words; the server then goes on with what it has.
func (c *Client) Reload(ctx context.Context, to server.ServerInfo) (Reloaded, error) {
	r := Reloaded{Server: to.Name, ID: to.ID, Cluster: to.Cluster}
	before, err := c.config(ctx, to)
	if err != nil {
		return r, err
	}
	r.Before, r.After = before, before
	if _, err := c.tell(ctx, to, Reload, nil); err != nil {
		return r, err
	}
	r.After, err = c.config(ctx, to)
	return r, err
}

func (c *Client) config(ctx context.Context, to server.ServerInfo) (Config, error) {
	v, err := askOne[server.Varz](ctx, c, to, fleet.Varz, nil)
	if err != nil {
		return Config{}, err
	}
	return Config{Digest: v.ConfigDigest, Loaded: v.ConfigLoadTime}, nil
}
