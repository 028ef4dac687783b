package servicecmd

import (
	"context"
	"slices"

	"github.com/nats-io/nats.go/micro"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/service"
	"github.com/natsctl/natsctl/internal/view"
)

// statsCommand lists endpoints of instances.
type statsCommand struct{ listFlags }

// endpointRow is one endpoint of one instance; one row without an endpoint
// stands for an instance that is silent.
type endpointRow struct {
	service.Instance
	endpoint *micro.EndpointStats
}

func (c *statsCommand) Run(ctx context.Context, e *cli.Env) error {
	finder, err := c.open(ctx, e)
	if err != nil {
		return err
	}
	l, err := c.look(ctx, finder, service.Stats)
	if err != nil {
		return err
	}
	var rows []endpointRow
	for _, i := range l.last.instances {
		for _, ep := range i.Answer.Stats {
			rows = append(rows, endpointRow{i, ep})
		}
		if !i.Answered {
			rows = append(rows, endpointRow{Instance: i})
		}
	}
	grid, err := c.Shape.Apply(view.NewGrid(l.endpointColumns(), slices.Values(rows)))
	if err != nil {
		return err
	}
	return l.last.print(e, "natsctl.service.stats/v1", grid)
}

// stat is the value of an endpoint, or nothing.
func stat(of func(*micro.EndpointStats) any) func(endpointRow) any {
	return func(r endpointRow) any {
		if r.endpoint == nil {
			return nil
		}
		return of(r.endpoint)
	}
}

// alone is the instance with one endpoint only, for sums and rates.
func (r endpointRow) alone() service.Instance {
	i := r.Instance
	i.Answer.Stats = []*micro.EndpointStats{r.endpoint}
	return i
}

// rateOf is what one endpoint did between two looks.
func (l *looks) rateOf(r endpointRow, of func(service.Totals) int64) any {
	earlier, ok := l.earlier[earlierKey{r.Account, r.Key}]
	if r.endpoint == nil || !ok || l.apart <= 0 {
		return nil
	}
	at := slices.IndexFunc(earlier.Answer.Stats, func(e *micro.EndpointStats) bool { return e.Name == r.endpoint.Name && e.Subject == r.endpoint.Subject })
	if at < 0 {
		return nil
	}
	earlier.Answer.Stats = earlier.Answer.Stats[at : at+1]
	t, ok := r.alone().Since(earlier)
	if !ok {
		return nil
	}
	return float64(of(t)) / l.apart.Seconds()
}

// endpointColumns are the columns of a list of endpoints.
func (l *looks) endpointColumns() []view.Column[endpointRow] {
	return []view.Column[endpointRow]{
		{Name: "service", Title: "Service", Help: "Name of the service.", Value: func(r endpointRow) any { return r.Name }},
		{Name: "account", Title: "Account", Help: "Account in which it answers.", Wide: true, Value: func(r endpointRow) any { return r.Account }},
		{Name: "instance", Title: "Instance", Help: "Id of the instance.", Value: func(r endpointRow) any { return r.ID }},
		{Name: "answered", Title: "Answered", Help: "Whether the instance answered.", Wide: true, Value: func(r endpointRow) any { return r.Answered }},
		{Name: "endpoint", Title: "Endpoint", Help: "Name of the endpoint.", Value: stat(func(e *micro.EndpointStats) any { return e.Name })},
		{Name: "subject", Title: "Subject", Help: "Subject of its requests.", Value: stat(func(e *micro.EndpointStats) any { return e.Subject })},
		{Name: "queue", Title: "Queue", Help: "Queue group of the endpoint; without one, every instance processes each request.", Wide: true, Value: stat(func(e *micro.EndpointStats) any { return e.QueueGroup })},
		{Name: "requests", Title: "Requests", Help: "Requests processed since the instance started.", Unit: view.Count, Value: stat(func(e *micro.EndpointStats) any { return e.NumRequests })},
		{Name: "errors", Title: "Errors", Help: "Requests that failed.", Unit: view.Count, Value: stat(func(e *micro.EndpointStats) any { return e.NumErrors })},
		{Name: "processing_seconds", Title: "Mean", Help: "Mean time to process a request, as the instance reports it.", Unit: view.Seconds, Value: func(r endpointRow) any {
			if r.endpoint == nil {
				return nil
			}
			return meanOf(r.alone().Totals())
		}},
		{Name: "requests_per_second", Title: "Req/s", Help: "Requests a second, with --rate.", Unit: view.PerSec, Value: func(r endpointRow) any { return l.rateOf(r, requests) }},
		{Name: "errors_per_second", Title: "Err/s", Help: "Failed requests a second, with --rate.", Unit: view.PerSec, Value: func(r endpointRow) any { return l.rateOf(r, failures) }},
		{Name: "last_error", Title: "Last error", Help: "The last error that the endpoint reports.", Value: stat(func(e *micro.EndpointStats) any {
			if e.LastError == "" {
				return nil
			}
			return e.LastError
		})},
	}
}
