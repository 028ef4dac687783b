package broker

import (
	"context"
	"slices"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// AddUser makes one more user of an account; needs AuthOperator. The error wraps [spec.ErrInvalid] or [plan.ErrUser].
func (c *Cluster) AddUser(account string, u spec.User) (plan.Identity, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	next := c.plan
	id, err := next.AddUser(account, u)
	if err == nil {
		err = host.WriteAll(next.IdentityFiles(id))
	}
	if err == nil {
		c.plan = next
	}
	return id, err
}

// Revoke takes away the right of a user to connect and returns when every server has acknowledged; it is disconnected and
// cannot come back. Needs AuthOperator. The error wraps [spec.ErrInvalid], [plan.ErrUser] or [client.ErrPush].
func (c *Cluster) Revoke(ctx context.Context, user string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	account, err := c.plan.Revoke(user)
	if err != nil {
		return err
	}
	return client.Fleet{Plan: c.plan}.Push(ctx, account)
}

// newUser is the body of a request for a user.
type newUser struct {
	User    spec.User `json:"user"`
	Context string    `json:"context"` // the saved context that will be made for it
}

// addUser adds a user and remembers it.
func (k *keeper) addUser(account string, n newUser) (plan.Identity, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.state
	id, err := next.Plan.AddUser(account, n.User)
	if err != nil {
		return id, err
	}
	next.Contexts = append(slices.Clone(next.Contexts), n.Context)
	return id, k.commit(next, next.Plan.IdentityFiles(id))
}

// revoke revokes a user and remembers it before it tells the servers: what is pushed must not be forgotten.
func (k *keeper) revoke(ctx context.Context, user string) error {
	k.mu.Lock()
	next := k.state
	account, err := next.Plan.Revoke(user)
	if err == nil {
		err = k.commit(next, nil)
	}
	k.mu.Unlock()
	if err != nil {
		return err
	}
	return client.Fleet{Plan: next.Plan}.Push(ctx, account)
}
