package exporter

import (
	"context"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// config is what the options made of the defaults. It is read-only once built.
type config struct {
	surveyor    bool
	perServer   bool   // prometheus-nats-exporter's names
	prefix      string // instead of gnatsd_ and jetstream_; empty keeps both
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

// serves tells whether the names of a set are wanted. A nil config wants all.
func (c *config) serves(set metric.Set) bool {
	switch {
	case c == nil, set == metric.Native:
		return true
	case set == metric.Surveyor:
		return c.surveyor
	}
	return c.perServer
}

// Resolver connects to the fleet that a name stands for, for /probe. The
// connection is closed after use. It must be safe for concurrent use.
type Resolver func(ctx context.Context, name string) (*nats.Conn, error)
