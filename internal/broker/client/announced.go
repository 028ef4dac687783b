package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// announced checks whether every server has sent its statistics to all others. The meta leader places nothing on a server whose
// statistics it has not received since their route was made ("peer offline"), which can take up to ten seconds. A request for
// statistics without a reply subject has each server send them to all.
type announced struct {
	want map[string]bool // names
	then probe
}

// request has the servers send their statistics and listens; the error names a server whose statistics did not arrive.
func (a announced) request(ctx context.Context, nc *nats.Conn, patience time.Duration) error {
	sub, err := nc.SubscribeSync("$SYS.SERVER.*.STATSZ")
	if err != nil {
		return err
	}
	defer sub.Unsubscribe() //nolint:errcheck // fails only when the connection is closed, which ends the subscription too
	if err := nc.Publish(StatszAll, nil); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	silent := make(map[string]bool, len(a.want))
	for name := range a.want {
		silent[name] = true
	}
	for len(silent) > 0 {
		msg, err := sub.NextMsgWithContext(within)
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			for name := range silent {
				return fmt.Errorf("%s did not announce itself", name)
			}
		}
		if err != nil {
			return fmt.Errorf("listen to announcements: %w", err)
		}
		var from Reply
		if err := json.Unmarshal(msg.Data, &from); err != nil {
			return fmt.Errorf("announcement: %w", err)
		}
		delete(silent, from.Server.Name)
	}
	return a.then.request(ctx, nc, patience) // a server that answers now has already read the statistics
}
