package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrPush is wrapped by the error of an account JWT that not every server has accepted.
var ErrPush = errors.New("push of an account's JWT")

// PushTime is how long the servers may take to acknowledge.
const PushTime = 10 * time.Second

// Push sends the JWTs of the accounts, or of all when none is named, to every server and returns when each has acknowledged. It
// does nothing without AuthOperator.
func (p Fleet) Push(ctx context.Context, accounts ...string) error {
	if p.Trust == nil {
		return nil
	}
	if len(accounts) == 0 {
		for _, a := range p.Spec.Accounts {
			accounts = append(accounts, a.Name)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, PushTime)
	defer cancel()
	for _, group := range p.islands() {
		nc, err := p.Connect(p.Node(group[0]).ClientURL(), spec.SystemUser, []nats.Option{nats.Name("natsctl push")})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrPush, err)
		}
		for _, a := range accounts {
			if err := pushOne(ctx, nc, p.Trust.Accounts[a].JWT, len(group)); err != nil {
				nc.Close()
				return fmt.Errorf("%w of account %s: %w", ErrPush, a, err)
			}
		}
		nc.Close()
	}
	return nil
}

// islands returns the groups of nodes that reach each other over the system account.
func (p Fleet) islands() [][]string {
	out := [][]string{nil}
	for _, n := range p.Nodes {
		if n.Isolated() {
			out = append(out, []string{n.Name})
			continue
		}
		out[0] = append(out[0], n.Name)
	}
	return out
}

// pushOne sends one JWT to all servers and waits for want acknowledgements.
func pushOne(ctx context.Context, nc *nats.Conn, token string, want int) error {
	inbox := nc.NewRespInbox()
	sub, err := nc.SubscribeSync(inbox)
	if err != nil {
		return err
	}
	defer sub.Unsubscribe() //nolint:errcheck // fails only when the connection is closed, which ends the subscription too
	if err := nc.PublishRequest("$SYS.REQ.CLAIMS.UPDATE", inbox, []byte(token)); err != nil {
		return err
	}
	var acked []string
	for len(acked) < want {
		msg, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return fmt.Errorf("%d of %d servers have acknowledged (%v): %w", len(acked), want, acked, err)
		}
		var ack struct {
			Server struct{ Name string }
			Error  *struct{ Description string }
		}
		if err := json.Unmarshal(msg.Data, &ack); err != nil {
			return fmt.Errorf("acknowledgement: %w", err)
		}
		if ack.Error != nil {
			return fmt.Errorf("%s rejected it: %s", ack.Server.Name, ack.Error.Description)
		}
		if !slices.Contains(acked, ack.Server.Name) {
			acked = append(acked, ack.Server.Name)
		}
	}
	return nil
}
