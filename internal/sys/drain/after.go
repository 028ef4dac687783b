package drain

import (
	"context"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// Leaderless returns what has no leader in a JetStream domain: "the meta group",
// streams and consumers by name. Nothing is returned where JetStream is off.
func Leaderless(ctx context.Context, c *sys.Client, domain string) ([]string, error) {
	snap, err := c.Snapshot(ctx, fleet.Want{
		Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{Streams: true, Consumers: true, AllReplicas: true},
	})
	if err != nil {
		return nil, err
	}
	var out []string
	if !slices.ContainsFunc(snap.Servers, func(sv *fleet.Server) bool {
		return sv.Info.Domain == domain && sv.Jsz != nil && (sv.Jsz.Disabled || sv.Jsz.Meta == nil || sv.Jsz.Meta.Leader != "")
	}) && len(snap.Servers) > 0 {
		out = append(out, "the meta group")
	}
	for _, g := range raftGroups(snap, domain) {
		if g.leader == "" {
			out = append(out, g.what)
		}
	}
	return out, nil
}

// MoveAway reconnects nc to another server if it is connected to the one with this
// id and there is another. It reports whether nc is connected to another server
// now.
func MoveAway(ctx context.Context, nc *nats.Conn, id string) (bool, error) {
	const tries = 3
	for range tries {
		if nc.ConnectedServerId() != id {
			return true, nil
		}
		status := nc.StatusChanged(nats.CONNECTED)
		err := nc.ForceReconnect()
		if err != nil {
			nc.RemoveStatusListener(status)
			return false, err
		}
		select {
		case <-status:
		case <-ctx.Done():
			err = ctx.Err()
		}
		nc.RemoveStatusListener(status)
		if err != nil {
			return false, err
		}
	}
	return nc.ConnectedServerId() != id, nil
}
