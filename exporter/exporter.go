package exporter

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// roundLimit bounds a round of questions whose scrape has no deadline at all;
// in practice the scrape's own ends it long before.
const roundLimit = time.Minute

// patience is how much later than the others a server may answer that answered
// the last time.
const patience = 3 * time.Second

// Exporter turns a fleet into metrics. It is safe for concurrent use.
type Exporter struct {
	cfg    *config
	src    fleet.Source
	claims claimSource
	ready  func() error // nil when the fleet can be asked
	own    *ownMetrics
	share  share
	closed sync.Once
	stop   []func()

	watchOnce sync.Once
	watched   []accountWatch
}

// claimSource asks for the claims of the accounts in a snapshot.
type claimSource func(ctx context.Context, snap *fleet.Snapshot) []*scrape.Claims

// New returns an exporter of the fleet behind a connection of a system user.
// The connection may still be on its way (nats.RetryOnFailedConnect): until it
// stands, scrapes say that they have nothing. The exporter does not close it.
//
// The only errors are those of the options; they wrap [ErrOption].
func New(nc *nats.Conn, opts ...Option) (*Exporter, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	client := sys.New(nc, sys.WithTimeout(roundLimit), sys.WithPatience(patience))
	e := newExporter(cfg, client)
	e.claims = askClaims(nc, cfg)
	e.ready = func() error {
		if !nc.IsConnected() {
			return ErrNotConnected
		}
		return nil
	}
	e.own.connection(nc)
	e.watch(client)
	return e, nil
}

// watch counts events until Close, if they are collected.
func (e *Exporter) watch(client *sys.Client) {
	if slices.Contains(e.cfg.chosen, "events") {
		e.stop = append(e.stop, watchEvents(client, e.ready, e.own.event))
	}
}

// newExporter wires an exporter to any source of snapshots.
func newExporter(cfg *config, src fleet.Source) *Exporter {
	return &Exporter{
		cfg: cfg, src: src, own: newOwnMetrics(cfg),
		claims: func(context.Context, *fleet.Snapshot) []*scrape.Claims { return nil },
		ready:  func() error { return nil },
	}
}

// Close ends the subscriptions of the exporter. It can be called repeatedly.
func (e *Exporter) Close() {
	e.closed.Do(func() {
		for _, stop := range e.stop {
			stop()
		}
	})
}

// Collector gives the fleet's metrics, and those that the exporter keeps of
// itself, to a registry of your own. Each gathering is a scrape with the
// default timeout. OpenMetrics from a registry renames counters without _total:
// for nats-surveyor's names use [Exporter.Handler].
func (e *Exporter) Collector() prometheus.Collector { return collectorOf{e} }

// page is the exposition of some collectors, shared with scrapes close by. A
// fleet that cannot be asked is a page that says why.
func (e *Exporter) page(ctx context.Context, chosen []string) table.Page {
	shared, err := e.share.get(ctx, e.cfg.minInterval, chosen, e.take)
	if err != nil {
		e.own.failures.WithLabelValues(reasonOf(err)).Inc()
		return *e.cfg.noPage(err)
	}
	p := *shared
	p.Counts.Age = max(e.cfg.now().Sub(p.Snapshot.Time).Seconds(), 0)
	return p
}

// take asks the fleet.
func (e *Exporter) take(ctx context.Context, chosen []string) (*table.Page, error) {
	if err := e.ready(); err != nil {
		return nil, err
	}
	start := e.cfg.now()
	snap, err := e.src.Snapshot(ctx, wantOf(chosen, e.cfg.Replicas))
	e.own.took(e.cfg.now().Sub(start).Seconds())
	if err != nil {
		return nil, err
	}
	e.own.count(snap)
	also := scrape.Extras{Departed: e.own.departed.current(snap, e.cfg.now())}
	if slices.Contains(chosen, "limits") {
		also.Claims = e.claims(ctx, snap)
	}
	if slices.Contains(chosen, "services") {
		also.Services = askServices(ctx, e.watched, e.cfg.Top)
	}
	return e.cfg.page(snap, chosen, also), nil
}
