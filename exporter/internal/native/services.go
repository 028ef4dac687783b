package native

import (
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// MicroServices has the endpoints of micro services.
var MicroServices = &table.Group[*scrape.Endpoint]{
	Set: metric.Native, Collector: "services", Labels: []string{"account", "service", "version", "id", "endpoint"},
	Each: func(v *scrape.View, yield func(*scrape.Endpoint)) {
		for _, e := range v.Extras.Services {
			yield(e)
		}
	},
	Ident: func(e *scrape.Endpoint, v []string) {
		v[0], v[1], v[2], v[3], v[4] = e.Account, e.Service.Name, e.Service.Version, e.Service.ID, e.Name
	},
	Rows: []table.Row[*scrape.Endpoint]{
		{Name: "nats_service_requests_total", Type: metric.Counter, Help: "Requests to the endpoint of a micro service's instance.", Value: func(e *scrape.Endpoint) float64 { return float64(e.NumRequests) }},
		{Name: "nats_service_errors_total", Type: metric.Counter, Help: "Requests that the endpoint answered with an error.", Value: func(e *scrape.Endpoint) float64 { return float64(e.NumErrors) }},
		{Name: "nats_service_processing_seconds_total", Type: metric.Counter, Help: "Time that the endpoint spent on requests.", Value: func(e *scrape.Endpoint) float64 { return e.ProcessingTime.Seconds() }},
		{Name: "nats_service_started_timestamp_seconds", Help: "When the instance started.", Value: func(e *scrape.Endpoint) float64 { return number.Unix(e.Service.Started) }},
	},
}
