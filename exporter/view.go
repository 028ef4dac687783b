package exporter

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// view is one snapshot, seen through the exporter's options: filtered, folded
// and labelled. It is immutable once built, and shared by scrapes close
// together.
type view struct {
	snap       *fleet.Snapshot
	cfg        *config
	chosen     map[string]bool // the collectors of this view
	accounts   []*account
	jsAccounts []*jsAccount
	streams    []*stream
	consumers  []*consumer
	headless   []*headless
	conns      []*connSum
	beside     beside
	entries    map[source]any
	duplicates int   // things left out because another had the same labels
	err        error // why there is no snapshot; then snap is empty
	scrape     scrape
}

// account is what one server says about one account.
type account struct {
	sv *fleet.Server
	*server.AccountStat
}

// jsAccount is what one server says about JetStream in one account.
type jsAccount struct {
	sv *fleet.Server
	d  *server.AccountDetail
}

// stream is one replica of a stream as its server tells it, or the sum of
// several that have no series of their own.
type stream struct {
	jsAccount
	st     *server.StreamDetail
	folded int  // how many streams are summed; 0 for a single one
	listed bool // its consumers were asked for
	known  int  // then: consumers that any of its servers lists
}

// consumer is one replica of a consumer as its server tells it, or the sum of
// several.
type consumer struct {
	*stream
	c      *server.ConsumerInfo
	folded int
}

// beside is what a view shows that is not in the snapshot.
type beside struct {
	claims   []*claims
	micro    []*endpointStats
	departed []*departure
}

// newView builds the view of a snapshot for the chosen collectors.
func newView(cfg *config, snap *fleet.Snapshot, chosen []string, also beside) *view {
	v := &view{snap: snap, cfg: cfg, chosen: map[string]bool{selfCollector: true}, entries: map[source]any{}, beside: also}
	for _, name := range chosen {
		v.chosen[name] = true
	}
	v.findAccounts()
	v.findStreams()
	v.sumConns()
	for _, src := range cfg.sources {
		if _, name := src.of(); v.chosen[name] {
			src.build(v)
		}
	}
	return v
}

// noView is the view of a scrape that has no snapshot.
func noView(cfg *config, err error) *view {
	v := newView(cfg, &fleet.Snapshot{}, nil, beside{})
	v.err = err
	return v
}

// render walks every family of the view's collectors, then counts what it
// wrote. The copy belongs to one scrape; the view may be shared.
func (v view) render(s sink) scrape {
	em := &emitter{sink: s, max: v.cfg.maxSeries}
	for _, f := range v.cfg.families {
		if v.chosen[f.Collector] {
			em.render(f, &v)
		}
	}
	v.scrape.series, v.scrape.cut = em.n, em.cut
	em.max = 0
	for _, f := range selfCounts.families() {
		em.render(f, &v)
	}
	return v.scrape
}

func (v *view) findAccounts() {
	for _, sv := range v.snap.Servers {
		if sv.AccountStatz != nil {
			for _, stat := range sv.AccountStatz.Accounts {
				if stat != nil && v.cfg.accounts.allows(stat.Account, stat.Name) {
					v.accounts = append(v.accounts, &account{sv, stat})
				}
			}
		}
		if sv.Jsz != nil {
			for _, d := range sv.Jsz.AccountDetails {
				if d != nil && v.cfg.accounts.allows(d.Id, d.Name) {
					v.jsAccounts = append(v.jsAccounts, &jsAccount{sv, d})
				}
			}
		}
	}
}

// eachServer walks the servers for which has is true.
func eachServer(has func(*fleet.Server) bool) func(*view, func(*fleet.Server)) {
	return func(v *view, yield func(*fleet.Server)) {
		for _, sv := range v.snap.Servers {
			if has(sv) {
				yield(sv)
			}
		}
	}
}
