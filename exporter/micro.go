package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// microStall ends the gathering of micro services: nobody knows how many there
// are, so the end is silence.
const microStall = 150 * time.Millisecond

// endpointStats is one endpoint of one instance of a micro service.
type endpointStats struct {
	account string
	service *micro.Stats
	*micro.EndpointStats
}

// askMicro asks every watched account for the statistics of its micro services.
// An instance beyond the limit, or one that answers twice, is left out.
func (e *Exporter) askMicro(ctx context.Context) []*endpointStats {
	var out []*endpointStats
	for _, w := range e.watched {
		out = append(out, askMicro(ctx, w, e.cfg.top)...)
	}
	return out
}

func askMicro(ctx context.Context, w accountWatch, limit int) []*endpointStats {
	inbox := w.nc.NewInbox()
	sub, err := w.nc.SubscribeSync(inbox)
	if err != nil {
		return nil
	}
	defer sub.Unsubscribe() //nolint:errcheck // the connection is gone, and the subscription with it
	if w.nc.PublishRequest("$SRV.STATS", inbox, nil) != nil {
		return nil
	}
	var out []*endpointStats
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
				out = append(out, &endpointStats{w.name, &st, ep})
			}
		}
	}
	return out
}

var microServices = &group[*endpointStats]{
	set: Native, collector: "services", labels: []string{"account", "service", "version", "id", "endpoint"},
	each: func(v *view, yield func(*endpointStats)) {
		for _, e := range v.beside.micro {
			yield(e)
		}
	},
	ident: func(e *endpointStats, v []string) {
		v[0], v[1], v[2], v[3], v[4] = e.account, e.service.Name, e.service.Version, e.service.ID, e.Name
	},
	rows: []row[*endpointStats]{
		{name: "nats_service_requests_total", typ: Counter, help: "Requests to the endpoint of a micro service's instance.", value: func(e *endpointStats) float64 { return float64(e.NumRequests) }},
		{name: "nats_service_errors_total", typ: Counter, help: "Requests that the endpoint answered with an error.", value: func(e *endpointStats) float64 { return float64(e.NumErrors) }},
		{name: "nats_service_processing_seconds_total", typ: Counter, help: "Time that the endpoint spent on requests.", value: func(e *endpointStats) float64 { return e.ProcessingTime.Seconds() }},
		{name: "nats_service_started_timestamp_seconds", help: "When the instance started.", value: func(e *endpointStats) float64 { return unix(e.service.Started) }},
	},
}
