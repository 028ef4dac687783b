package exporter

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/safetext"
	"github.com/natsctl/natsctl/internal/sys"
)

// roundLimit bounds a round of questions whose scrape has no deadline at all;
// in practice the scrape's own ends it long before.
const roundLimit = time.Minute

// patience is how much later than the others a server may answer that answered
// the last time.
const patience = 3 * time.Second

// stopPatience is how long Close waits for what it ends.
const stopPatience = 500 * time.Millisecond

// Exporter turns a fleet into metrics. It is safe for concurrent use.
type Exporter struct {
	cfg     *config
	src     fleet.Source
	claims  claimSource
	ready   func() error // nil when the fleet can be asked
	own     *ownMetrics
	share   share
	failing atomic.Value // the reason of the last scrape that failed; "" when it did not
	closed  sync.Once
	stop    []func()

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
	conn := &connection{}
	e.stop = append(e.stop, conn.follow(nc, cfg.log))
	e.ready = conn.ready
	e.own.connection(conn)
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

// Close ends the subscriptions of the exporter. It can be called repeatedly. It
// does not wait for a server that hangs.
func (e *Exporter) Close() {
	e.closed.Do(func() {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, stop := range e.stop {
				stop()
			}
		}()
		patience := time.NewTimer(stopPatience)
		defer patience.Stop()
		select {
		case <-done:
		case <-patience.C: // a lock of nats.go is held; all ends with that
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
		reason := reasonOf(err)
		e.own.failures.WithLabelValues(reason).Inc()
		e.logScrape(reason, err)
		return *e.cfg.noPage(err)
	}
	e.logScrape("", nil)
	p := *shared
	p.Counts.Age = max(e.cfg.now().Sub(p.Snapshot.Time).Seconds(), 0)
	return p
}

// logScrape writes a line when scrapes begin to fail, fail for another reason,
// or succeed again. That the connection is missing is said when it is lost.
func (e *Exporter) logScrape(reason string, err error) {
	if errors.Is(err, ErrNotConnected) || reason == "disconnected" {
		return
	}
	was, _ := e.failing.Swap(reason).(string)
	switch {
	case was == reason:
	case err != nil:
		e.cfg.log.Warn("the fleet cannot be asked", "reason", reason, "error", safetext.Visible(err.Error()))
	case was != "":
		e.cfg.log.Info("the fleet can be asked again")
	}
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
	if slices.Contains(e.cfg.chosen, "events") {
		e.own.events.begin(snap)
	}
	also := scrape.Extras{Departed: e.own.departed.current(snap, e.cfg.now())}
	if slices.Contains(chosen, "limits") {
		also.Claims = within(ctx, func() []*scrape.Claims { return e.claims(ctx, snap) })
	}
	if slices.Contains(chosen, "services") {
		also.Services = within(ctx, func() []*scrape.Endpoint { return askServices(ctx, e.watched, e.cfg.Top) })
	}
	return e.cfg.page(snap, chosen, also), nil
}
