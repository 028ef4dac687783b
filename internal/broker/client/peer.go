package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// peerTime is how long the leader of JetStream may take to let a peer go; it may have to be elected first.
const peerTime = 30 * time.Second

// RemovePeer takes a stopped node out of the peers of JetStream.
func (p Fleet) RemovePeer(ctx context.Context, n plan.Node) error {
	var urls string
	for _, m := range p.Nodes {
		if m.Leaf == nil && m.Name != n.Name {
			urls += m.ClientURL() + ","
		}
	}
	nc, err := p.Connect(urls, spec.SystemUser, []nats.Option{nats.Name("natsctl node rm")})
	if err != nil {
		return err
	}
	defer nc.Close()
	ctx, cancel := context.WithTimeout(ctx, peerTime)
	defer cancel()
	body, err := json.Marshal(map[string]string{"peer": n.Name})
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	tick := time.NewTicker(retry)
	defer tick.Stop()
	for {
		why := askRemove(ctx, nc, body)
		if why == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("JetStream does not release its peer %s: %w", n.Name, why)
		case <-tick.C:
		}
	}
}

// errCodeNotMember is JetStream's answer about a server that is no peer.
const errCodeNotMember = 10044

func askRemove(ctx context.Context, nc *nats.Conn, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	msg, err := nc.RequestWithContext(ctx, "$JS.API.SERVER.REMOVE", body)
	if err != nil {
		return err
	}
	var answer struct {
		Error *struct {
			Code        int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return err
	}
	if answer.Error != nil && answer.Error.Code != errCodeNotMember {
		return errors.New(answer.Error.Description)
	}
	return nil
}
