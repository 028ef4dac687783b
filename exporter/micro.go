package exporter

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/service"
)

// microStall is the silence that ends the collection of micro service
// responses: the number of instances is unknown.
const microStall = 150 * time.Millisecond

// requestServices requests the statistics of the micro services of every watched
// account. Instances beyond the limit, and repeated answers, are omitted.
func requestServices(ctx context.Context, accounts []accountWatch, limit int) (out []*scrape.Endpoint) {
	for _, w := range accounts {
		answers, err := service.Ask(ctx, w.nc, service.Question{Verb: service.Stats, Quiet: microStall, Timeout: time.Minute, Limit: limit})
		if err != nil {
			continue // the connection is closed, or the scrape is over
		}
		for _, a := range answers.List {
			st := &micro.Stats{ServiceIdentity: a.ServiceIdentity, Type: a.Type, Started: a.Started, Endpoints: a.Stats}
			for _, ep := range a.Stats {
				out = append(out, &scrape.Endpoint{Account: w.name, Service: st, EndpointStats: ep})
			}
		}
	}
	return out
}
