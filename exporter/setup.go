package exporter

import (
	"log/slog"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
)

// defaultRows is how many links of a kind, and accounts on servers, have series
// of their own: those of a fleet of about 100 servers.
const defaultRows = 2000

// newConfig applies the options and builds the tables they select.
func newConfig(opts []Option) (*config, error) {
	c := &config{
		minInterval: time.Second, timeout: 8 * time.Second,
		Settings: scrape.Settings{Top: 1000, Links: defaultRows, AccountRows: defaultRows}, maxSeries: 1_000_000, now: time.Now, log: slog.New(slog.DiscardHandler),
	}
	for _, opt := range opts {
		if err := opt(c); err != nil {
			return nil, err
		}
	}
	if c.chosen == nil {
		c.chosen = DefaultCollectors(c.perServer)
	}
	c.sources = sources(c)
	c.families = families(c)
	return c, nil
}

// page returns the exposition of a snapshot.
func (c *config) page(snap *fleet.Snapshot, chosen []string, also scrape.Extras) *table.Page {
	p := table.NewPage(scrape.NewView(&c.Settings, snap, also), chosen, c.sources)
	p.Fleet = c.fleet
	return p
}

// noPage returns the exposition of a scrape without a snapshot.
func (c *config) noPage(err error) *table.Page {
	p := c.page(&fleet.Snapshot{}, nil, scrape.Extras{})
	p.Err = err
	return p
}

// render writes a page.
func (c *config) render(p table.Page, s table.Sink) table.Counts {
	return p.Render(s, c.families, selfCounts.Families(), c.maxSeries)
}
