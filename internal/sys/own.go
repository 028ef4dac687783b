package sys

import (
	"context"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/own"
)

// Own is what a user of any account can see: itself and its account.
type Own = own.Account

// OwnSource is a source of what a user of any account can see of it.
type OwnSource = own.Source

// Own returns the source of what the connection's own account can see. It
// remembers which servers answered, so that one that is late is waited for.
func (c *Client) Own() OwnSource { return c.asker().Source() }

// OwnAccount asks, as a user of any account, what that account may know about
// itself. What the user may not ask is left out and named in Denied.
func (c *Client) OwnAccount(ctx context.Context, conns fleet.ConnWant) (*Own, error) {
	return c.asker().Account(ctx, conns)
}

// UserInfo returns what the connected server knows of the connection's own user.
// It works in any account, from nats-server 2.10 on.
func (c *Client) UserInfo(ctx context.Context) (*server.UserInfo, error) { return c.asker().User(ctx) }

func (c *Client) asker() own.Asker {
	return own.Asker{Conn: c.conn, Context: c.name, Timeout: c.timeout, Quiet: c.quiet, Workers: c.workers}
}
