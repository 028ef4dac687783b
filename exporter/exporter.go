package exporter

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

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
type claimSource func(ctx context.Context, snap *fleet.Snapshot) []*claims

// ErrNotConnected says that the connection to NATS does not stand at the
// moment. It is made again by itself.
var ErrNotConnected = errors.New("not connected to NATS")

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

// newExporter wires an exporter to any source of snapshots.
func newExporter(cfg *config, src fleet.Source) *Exporter {
	return &Exporter{
		cfg: cfg, src: src, own: newOwnMetrics(cfg),
		claims: func(context.Context, *fleet.Snapshot) []*claims { return nil },
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

// Handler serves the metrics at any path it is mounted on, in Prometheus' text
// format or OpenMetrics as the request wants, compressed if it may. The query
// collect[] chooses collectors; X-Prometheus-Scrape-Timeout-Seconds bounds the
// scrape. It answers 200 also when the fleet cannot be asked: nats_exporter_up
// says so.
func (e *Exporter) Handler() http.Handler { return http.HandlerFunc(e.serve) }

// Collector gives the fleet's metrics, and those that the exporter keeps of
// itself, to a registry of your own. Each gathering is a scrape with the
// default timeout. OpenMetrics from a registry renames counters without _total:
// for nats-surveyor's names use [Exporter.Handler].
func (e *Exporter) Collector() prometheus.Collector { return collectorOf{e} }

// view returns the snapshot for some collectors, shared with scrapes close by.
// A fleet that cannot be asked is a view that says why.
func (e *Exporter) view(ctx context.Context, chosen []string) view {
	shared, err := e.share.get(ctx, e.cfg, chosen, e.take)
	if err != nil {
		e.own.failures.WithLabelValues(reasonOf(err)).Inc()
		return *noView(e.cfg, err)
	}
	v := *shared
	v.scrape.age = max(e.cfg.now().Sub(v.snap.Time).Seconds(), 0)
	return v
}

// take asks the fleet.
func (e *Exporter) take(ctx context.Context, chosen []string) (*view, error) {
	if err := e.ready(); err != nil {
		return nil, err
	}
	start := e.cfg.now()
	snap, err := e.src.Snapshot(ctx, wantOf(chosen, e.cfg.replicas))
	e.own.took(e.cfg.now().Sub(start).Seconds())
	if err != nil {
		return nil, err
	}
	e.own.count(snap)
	also := beside{departed: e.own.departed.current(snap, e.cfg.now())}
	if slices.Contains(chosen, "limits") {
		also.claims = e.claims(ctx, snap)
	}
	if slices.Contains(chosen, "services") {
		also.micro = e.askMicro(ctx)
	}
	return newView(e.cfg, snap, chosen, also), nil
}

// reasonOf puts the failure of a snapshot into one word.
func reasonOf(err error) string {
	for _, r := range [...]struct {
		err  error
		word string
	}{
		{sys.ErrNotSystem, "not_system_account"},
		{sys.ErrPermission, "permission"},
		{sys.ErrSilent, "silent"},
		{sys.ErrDisconnected, "disconnected"},
		{ErrNotConnected, "disconnected"},
		{nats.ErrConnectionClosed, "disconnected"},
		{context.DeadlineExceeded, "timeout"},
		{context.Canceled, "timeout"},
	} {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return "other"
}
