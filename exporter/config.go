package exporter

import (
	"context"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/exporter/internal/roster"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// config is the defaults with the options applied. It is read-only once built.
type config struct {
	fleet       string // the label fleet of every series; empty for none
	expected    roster.Expected
	state       string // the file that remembers the servers; empty for none
	surveyor    bool
	perServer   bool   // prometheus-nats-exporter's names
	prefix      string // replaces gnatsd_ and jetstream_; empty keeps both
	chosen      []string
	minInterval time.Duration
	timeout     time.Duration
	scrape.Settings
	maxSeries int
	resolver  Resolver
	version   string
	now       func() time.Time
	log       *slog.Logger

	sources  []table.Source
	families []*table.Family
}

// serves reports whether a metric set is enabled. A nil config enables all.
func (c *config) serves(set metric.Set) bool {
	switch {
	case c == nil, set == metric.Native:
		return true
	case set == metric.Surveyor:
		return c.surveyor
	}
	return c.perServer
}

// Resolver connects to the fleet of a named context, for /probe. The connection
// is closed after use. It must be safe for concurrent use.
type Resolver func(ctx context.Context, name string) (*nats.Conn, error)
