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

	"github.com/natsctl/natsctl/exporter/internal/roster"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/safetext"
	"github.com/natsctl/natsctl/internal/sys"
)

// roundLimit is the timeout of a round of requests whose scrape has no
// deadline; in practice the scrape's own timeout ends it long before.
const roundLimit = time.Minute

// patience is the additional time given to servers that answered in the
// previous round.
const patience = 3 * time.Second

// stopPatience is the maximum time Close waits for what it stops.
const stopPatience = 500 * time.Millisecond

// Exporter exposes a fleet as metrics. It is safe for concurrent use.
type Exporter struct {
	cfg     *config
	src     fleet.Source
	claims  claimSource
	ready   func() error // returns nil when the fleet can be reached
	own     *ownMetrics
	roster  *roster.Roster
	totals  scrape.Totals
	failing atomic.Value // the reason why the last scrape failed; "" if it did not
	state   atomic.Value // the error of the state file, as text; "" if there is none
	share   share
	closed  sync.Once
	stop    []func()

	watchOnce sync.Once
	watched   []accountWatch
}

// claimSource requests the claims of the accounts in a snapshot.
type claimSource func(ctx context.Context, snap *fleet.Snapshot) []*scrape.Claims

// New returns an exporter for the fleet that a system user's connection
// reaches. The connection may still be connecting (nats.RetryOnFailedConnect):
// until it is established, scrapes report that there is no data. The exporter
// does not close it.
//
// The only errors are those of invalid options; they wrap [ErrOption].
func New(nc *nats.Conn, opts ...Option) (*Exporter, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	client := sys.New(nc, sys.WithTimeout(roundLimit), sys.WithPatience(patience))
	e := newExporter(cfg, client)
	e.claims = requestClaims(nc, cfg)
	conn := &connection{}
	e.stop = append(e.stop, conn.follow(nc, cfg.log))
	e.ready = conn.ready
	e.own.connection(conn)
	e.watch(client)
	return e, nil
}

// watch counts events until Close, if events are collected.
func (e *Exporter) watch(client *sys.Client) {
	if slices.Contains(e.cfg.chosen, "events") {
		e.stop = append(e.stop, watchEvents(client, e.ready, e.own.event))
	}
}

// newExporter returns an exporter that uses any source of snapshots.
func newExporter(cfg *config, src fleet.Source) *Exporter {
	return &Exporter{
		cfg: cfg, src: src, own: newOwnMetrics(cfg), roster: roster.New(cfg.state, cfg.expected),
		claims: func(context.Context, *fleet.Snapshot) []*scrape.Claims { return nil },
		ready:  func() error { return nil },
	}
}

// Close ends the exporter's subscriptions. It can be called more than once. It
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
		case <-patience.C: // a lock of nats.go is held; everything ends with that
		}
	})
}

// Collector returns the fleet's metrics, and the exporter's metrics about
// itself, for your own registry. Each Gather is a scrape with the default
// timeout. OpenMetrics from a registry renames counters without _total: for
// nats-surveyor's names use [Exporter.Handler].
func (e *Exporter) Collector() prometheus.Collector { return collectorOf{e} }

// page returns the exposition of some collectors, shared with recent scrapes.
// If the fleet cannot be reached, the page reports the reason.
func (e *Exporter) page(ctx context.Context, chosen []string) table.Page {
	shared, err := e.share.get(ctx, e.cfg.minInterval, chosen, e.collect)
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

// logScrape logs when scrapes start to fail, fail for another reason, or
// succeed again. A missing connection is logged when it is lost.
func (e *Exporter) logScrape(reason string, err error) {
	if errors.Is(err, ErrNotConnected) || reason == "disconnected" {
		return
	}
	was, _ := e.failing.Swap(reason).(string)
	switch {
	case was == reason:
	case err != nil:
		e.cfg.log.Warn("the fleet cannot be queried", "reason", reason, "error", safetext.Visible(err.Error()))
	case was != "":
		e.cfg.log.Info("the fleet can be queried again")
	}
}

// complete adds the servers that the fleet is known to have to those that are
// missing from a snapshot, and returns the servers that are missed no longer.
func (e *Exporter) complete(snap *fleet.Snapshot) (*fleet.Snapshot, []*scrape.Departure) {
	now := e.cfg.now()
	announced := e.own.departed.current(snap, now)
	snap, other, err := e.roster.Complete(snap, announced, now)
	text := ""
	if err != nil {
		text = err.Error()
	}
	if was, _ := e.state.Swap(text).(string); was != text && text != "" {
		e.cfg.log.Error("the state file cannot be used: after a restart, servers that died are not missed", "error", safetext.Visible(text))
	}
	return snap, append(announced, other...)
}

// collect collects a page from the fleet.
func (e *Exporter) collect(ctx context.Context, chosen []string) (*table.Page, error) {
	if err := e.ready(); err != nil {
		return nil, err
	}
	start := e.cfg.now()
	snap, err := e.src.Snapshot(ctx, wantOf(chosen, e.cfg.Replicas))
	e.own.observeDuration(e.cfg.now().Sub(start).Seconds())
	if err != nil {
		return nil, err
	}
	snap, departed := e.complete(snap)
	e.own.count(snap)
	if slices.Contains(e.cfg.chosen, "events") {
		e.own.events.begin(snap)
	}
	also := scrape.Extras{Departed: departed, Totals: &e.totals}
	if slices.Contains(chosen, "limits") {
		also.Claims = within(ctx, func() []*scrape.Claims { return e.claims(ctx, snap) })
	}
	if slices.Contains(chosen, "services") {
		also.Services = within(ctx, func() []*scrape.Endpoint { return requestServices(ctx, e.watched, e.cfg.Top) })
	}
	return e.cfg.page(snap, chosen, also), nil
}
