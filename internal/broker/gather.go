package broker

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

// gatherRaw asks all servers and returns their answers when want have come or no more come for a while.
func gatherRaw(ctx context.Context, nc *nats.Conn, subject string, body []byte, want int) ([][]byte, error) {
	inbox := nc.NewRespInbox()
	sub, err := nc.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer sub.Unsubscribe() //nolint:errcheck // fails only when the connection is closed, which ends the subscription too
	if err := nc.PublishRequest(subject, inbox, body); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, gatherTime)
	defer cancel()
	var out [][]byte
	for len(out) < want {
		msg, err := sub.NextMsgWithContext(ctx)
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, nats.ErrNoResponders) {
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("ask %s: %w", subject, err)
		}
		out = append(out, msg.Data)
	}
	return out, nil
}
