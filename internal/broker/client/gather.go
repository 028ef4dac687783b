package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// gatherTime bounds one round: long enough for most machines, short enough to ask again. Repeated rounds wait longer each time, up
// to longestGather, because busy servers answer late.
const (
	GatherTime    = 500 * time.Millisecond
	longestGather = 5 * time.Second
)

// Gather is gatherRaw of a request without a body, with the answers decoded.
func Gather[T any](ctx context.Context, nc *nats.Conn, subject string, want int, patience time.Duration) ([]T, error) {
	answers, err := gatherRaw(ctx, nc, subject, nil, want, patience)
	if err != nil {
		return nil, err
	}
	out := make([]T, len(answers))
	for i, data := range answers {
		if err := json.Unmarshal(data, &out[i]); err != nil {
			return nil, fmt.Errorf("answer of %s: %w", subject, err)
		}
	}
	return out, nil
}

// gatherRaw asks all servers and returns their answers when want have arrived or no more arrive for a while.
func gatherRaw(ctx context.Context, nc *nats.Conn, subject string, body []byte, want int, patience time.Duration) ([][]byte, error) {
	inbox := nc.NewRespInbox()
	sub, err := nc.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer sub.Unsubscribe() //nolint:errcheck // fails only when the connection is closed, which ends the subscription too
	if err := nc.PublishRequest(subject, inbox, body); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
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
