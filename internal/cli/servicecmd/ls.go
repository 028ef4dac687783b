package servicecmd

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/service"
	"github.com/natsctl/natsctl/internal/view"
)

// rateFlags ask twice.
type rateFlags struct{ rate time.Duration }

func (f *rateFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("rate", "Ask twice, this far apart, and show rates, for example --rate 2s.").PlaceHolder("INTERVAL").DurationVar(&f.rate)
}

// looks are one look, or two with a rate.
type looks struct {
	last    *found
	earlier map[earlierKey]service.Instance
	apart   time.Duration
}

type earlierKey struct {
	account string
	service.Key
}

// look asks once, or twice with --rate, and fails when the service that was
// named is nowhere.
func (f rateFlags) look(ctx context.Context, finder *finder, verb service.Verb) (*looks, error) {
	out := &looks{earlier: map[earlierKey]service.Instance{}}
	if f.rate != 0 && f.rate < 100*time.Millisecond {
		return nil, cli.Usagef("--rate %s is too short; use 100ms or more", f.rate)
	}
	if f.rate > 0 {
		first, err := finder.look(ctx, verb)
		if err != nil {
			return nil, err
		}
		for _, i := range first.instances {
			out.earlier[earlierKey{i.Account, i.Key}] = i
		}
		begun := time.Now()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(f.rate):
		}
		out.apart = time.Since(begun)
	}
	var err error
	if out.last, err = finder.look(ctx, verb); err != nil {
		return nil, err
	}
	if finder.name != "" && len(out.last.instances) == 0 && out.last.unseen == nil {
		return nil, fmt.Errorf("%w: %q", errNone, finder.name)
	}
	return out, nil
}

// rate is what a service did between the two looks, a second; nil without two.
func (l *looks) rate(list []service.Instance, of func(service.Totals) int64) any {
	var sum int64
	known := false
	for _, i := range list {
		if earlier, ok := l.earlier[earlierKey{i.Account, i.Key}]; ok {
			if t, ok := i.Since(earlier); ok {
				sum, known = sum+of(t), true
			}
		}
	}
	if !known || l.apart <= 0 {
		return nil
	}
	return float64(sum) / l.apart.Seconds()
}

func requests(t service.Totals) int64 { return t.Requests }
func failures(t service.Totals) int64 { return t.Errors }

// listCommand lists services.
type listCommand struct{ listFlags }

func (c *listCommand) Run(ctx context.Context, e *cli.Env) error {
	finder, err := c.open(ctx, e)
	if err != nil {
		return err
	}
	l, err := c.look(ctx, finder, service.Stats)
	if err != nil {
		return err
	}
	grid, err := c.Shape.Apply(view.NewGrid(l.serviceColumns(), slices.Values(service.Group(l.last.instances))))
	if err != nil {
		return err
	}
	return l.last.print(e, "natsctl.service.ls/v1", grid)
}

// print writes rows, and then says what is missing.
func (f *found) print(e *cli.Env, schema string, grid view.Grid) error {
	format, err := e.Format()
	if err != nil {
		return err
	}
	if err := e.PrintTable(format, cli.Table{Schema: schema, Snap: f.fleet, Grid: grid}); err != nil {
		return err
	}
	return f.complete(e)
}

// serviceColumns are the columns of a list of services.
func (l *looks) serviceColumns() []view.Column[service.Service] {
	type s = service.Service
	return []view.Column[s]{
		{Name: "service", Title: "Service", Help: "Name of the service.", Value: func(s s) any { return s.Name }},
		{Name: "account", Title: "Account", Help: "Account in which it answers.", Value: func(s s) any { return s.Account }},
		{Name: "versions", Title: "Versions", Help: "Versions of the instances that answered.", Value: func(s s) any { return s.Versions() }, Level: func(s s) view.Level {
			if len(s.Versions()) > 1 {
				return fleet.Warn
			}
			return fleet.OK
		}},
		{Name: "answered", Title: "Answered", Help: "Instances that answered.", Unit: view.Count, Value: func(s s) any { return s.Answered() }},
		{Name: "instances", Title: "Instances", Help: "Instances that have subscribed, or answered.", Unit: view.Count, Value: func(s s) any { return len(s.Instances) }, Level: func(s s) view.Level {
			switch {
			case s.Answered() == 0:
				return fleet.Crit
			case s.Answered() < len(s.Instances):
				return fleet.Warn
			}
			return fleet.OK
		}},
		{Name: "clusters", Title: "Clusters", Help: "Clusters that instances are connected to, or the server if it has none.", Value: func(s s) any { return s.Clusters() }},
		{Name: "requests", Title: "Requests", Help: "Requests processed since each instance started.", Unit: view.Count, Value: func(s s) any { return s.Totals().Requests }},
		{Name: "errors", Title: "Errors", Help: "Requests that failed.", Unit: view.Count, Value: func(s s) any { return s.Totals().Errors }},
		{Name: "processing_seconds", Title: "Mean", Help: "Mean time to process a request, as the instances report it.", Unit: view.Seconds, Value: func(s s) any { return meanOf(s.Totals()) }},
		{Name: "requests_per_second", Title: "Req/s", Help: "Requests a second, with --rate.", Unit: view.PerSec, Value: func(s s) any { return l.rate(s.Instances, requests) }},
		{Name: "errors_per_second", Title: "Err/s", Help: "Failed requests a second, with --rate.", Unit: view.PerSec, Value: func(s s) any { return l.rate(s.Instances, failures) }},
	}
}

// meanOf is nil without a request.
func meanOf(t service.Totals) any {
	if mean, ok := t.Mean(); ok {
		return mean.Seconds()
	}
	return nil
}
