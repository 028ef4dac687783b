package sys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// collect asks a request whose answers do not say who sent them, and takes what
// comes until the inbox has been quiet for the gap of an idle fleet.
func (c *Client) collect(ctx context.Context, ep *Endpoint, req Request) ([]Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	body, err := object(req.options(nil, page{}))
	if err != nil {
		return nil, fmt.Errorf("write the request for %s: %w", ep.Kind, err)
	}
	inbox := c.nc.NewInbox()
	sub, err := c.nc.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection is gone, and the subscription with it
	if err := c.nc.PublishRequest(ep.Subject, inbox, body); err != nil {
		return nil, fmt.Errorf("ask %s: %w", ep.Kind, err)
	}
	var out []Answer
	for sent := time.Now(); ; {
		wait, stop := context.WithTimeout(ctx, c.quiet)
		msg, err := sub.NextMsgWithContext(wait)
		stop()
		switch {
		case errors.Is(err, nats.ErrNoResponders) || err == nil && noResponders(msg):
			return nil, c.notOffered(ep)
		case errors.Is(err, context.DeadlineExceeded):
			return out, nil
		case err != nil:
			return out, err
		}
		out = append(out, Answer{RTTSeconds: time.Since(sent).Seconds(), Data: asJSON(masked(msg.Data))})
	}
}

// notOffered is the error of a request that no server listens to.
func (c *Client) notOffered(ep *Endpoint) error {
	words := "no server offers it"
	if ep.Needs != "" {
		words += "; it needs " + ep.Needs
	}
	return &RefusedError{Server: c.nc.ConnectedServerName(), Kind: ep.Kind, Code: 503, Words: words}
}

// asJSON keeps a body that is JSON and makes a string of any other.
func asJSON(body []byte) json.RawMessage {
	if json.Valid(body) {
		return json.RawMessage(body)
	}
	text, err := json.Marshal(string(body))
	if err != nil {
		return nil
	}
	return text
}
