package sys

import (
	"context"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/claims"
	"github.com/natsctl/natsctl/internal/sys/own"
)

// Own is what a user of any account can see: itself and its account.
type Own = own.Account

// OwnSource is a source of what a user of any account can see of it.
type OwnSource = own.Source

// Own returns the source of what the connection's own account can see. It
// remembers which servers answered, so that it waits for a late one.
func (c *Client) Own() OwnSource { return c.asker().Source() }

// OwnAccount requests what a user of any account may know about that account.
// What the user may not request is left out and listed in Denied.
func (c *Client) OwnAccount(ctx context.Context, conns fleet.ConnWant) (*Own, error) {
	return c.asker().Account(ctx, conns)
}

// UserInfo returns what the connected server reports about the connection's user.
// It works in any account, since nats-server 2.10.
func (c *Client) UserInfo(ctx context.Context) (*server.UserInfo, error) { return c.asker().User(ctx) }

// Claims returns what asks the servers for claims, and why logins were refused.
func (c *Client) Claims() *claims.Asker {
	return &claims.Asker{Source: c, Conn: c.conn, Timeout: c.timeout, Quiet: c.quiet, Config: c.config}
}

func (c *Client) asker() own.Asker {
	return own.Asker{Conn: c.conn, Context: c.name, Timeout: c.timeout, Quiet: c.quiet, Workers: c.workers}
}
