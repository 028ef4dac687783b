package broker

import (
	"context"
	"slices"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// AddUser adds a user to an account; it needs AuthOperator. The error wraps [spec.ErrInvalid] or [plan.ErrUser].
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

// Revoke revokes a user and returns when every server has acknowledged; the user is disconnected and cannot reconnect. It needs
// AuthOperator. The error wraps [spec.ErrInvalid], [plan.ErrUser] or [client.ErrPush].
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
	Context string    `json:"context"` // the saved context that will be created for it
}

// addUser adds a user and saves the state.
func (sv *supervisor) addUser(account string, n newUser) (plan.Identity, error) {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	next := sv.state
	id, err := next.Plan.AddUser(account, n.User)
	if err != nil {
		return id, err
	}
	next.Contexts = append(slices.Clone(next.Contexts), n.Context)
	return id, sv.commit(next, next.Plan.IdentityFiles(id))
}

// revoke revokes a user and saves the state before it updates the servers: a pushed revocation must not be lost.
func (sv *supervisor) revoke(ctx context.Context, user string) error {
	sv.mu.Lock()
	next := sv.state
	account, err := next.Plan.Revoke(user)
	if err == nil {
		err = sv.commit(next, nil)
	}
	sv.mu.Unlock()
	if err != nil {
		return err
	}
	return client.Fleet{Plan: next.Plan}.Push(ctx, account)
}
