package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
)

// microStall is the silence that ends the collection of micro service
// responses: the number of instances is unknown.
const microStall = 150 * time.Millisecond

// requestServices requests the statistics of the micro services of every watched
// account. Instances beyond the limit, and repeated answers, are omitted.
func requestServices(ctx context.Context, accounts []accountWatch, limit int) []*scrape.Endpoint {
	var out []*scrape.Endpoint
	for _, w := range accounts {
		out = append(out, requestMicro(ctx, w, limit)...)
	}
	return out
}

func requestMicro(ctx context.Context, w accountWatch, limit int) []*scrape.Endpoint {
	inbox := w.nc.NewInbox()
	sub, err := w.nc.SubscribeSync(inbox)
	if err != nil {
		return nil
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection is closed, and the subscription with it
	if w.nc.PublishRequest("$SRV.STATS", inbox, nil) != nil {
		return nil
	}
	var out []*scrape.Endpoint
	seen := map[string]bool{}
	for limit <= 0 || len(seen) < limit {
		wait, cancel := context.WithTimeout(ctx, microStall)
		msg, err := sub.NextMsgWithContext(wait)
		cancel()
		if err != nil || len(msg.Data) == 0 {
			if err == nil || errors.Is(err, nats.ErrNoResponders) {
				return out
			}
			break
		}
		var st micro.Stats
		if json.Unmarshal(msg.Data, &st) != nil || seen[st.ID] {
			continue
		}
		seen[st.ID] = true
		for _, ep := range st.Endpoints {
			if ep != nil {
				out = append(out, &scrape.Endpoint{Account: w.name, Service: &st, EndpointStats: ep})
			}
		}
	}
	return out
}
