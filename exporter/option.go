package exporter

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
)

// ErrOption is wrapped by every error of an option that cannot be used.
var ErrOption = errors.New("invalid option")

// ErrNoContext is what a [Resolver] wraps when there is no such context, or none
// that may be asked.
var ErrNoContext = errors.New("no such context")

// Option changes how an [Exporter] works.
type Option func(*config) error

// Validate returns the first option that cannot be used, before anything is
// connected; its error wraps [ErrOption].
func Validate(opts ...Option) error {
	_, err := newConfig(opts)
	return err
}

// WithSurveyorNames serves, or not, the names and labels of nats-surveyor
// beside the native ones. Default: true.
func WithSurveyorNames(on bool) Option {
	return func(c *config) error {
		c.surveyor = on
		return nil
	}
}

var validPrefix = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// WithExporterNames serves the names and labels of prometheus-nats-exporter
// too. A prefix takes the place of gnatsd_ and jetstream_, as that exporter's
// -prefix does; empty keeps them.
func WithExporterNames(prefix string) Option {
	return func(c *config) error {
		if prefix != "" && !validPrefix.MatchString(prefix) {
			return fmt.Errorf("%w: prefix %q of metric names", ErrOption, prefix)
		}
		c.perServer, c.prefix = true, prefix
		return nil
	}
}

// WithCollectors chooses what is collected, in place of the default; see
// [Collectors].
func WithCollectors(names ...string) Option {
	return func(c *config) error {
		for _, name := range names {
			if !known(name) {
				return fmt.Errorf("%w: no collector %q", ErrOption, name)
			}
		}
		c.chosen = slices.Clone(names)
		return nil
	}
}

// WithMinInterval sets for how long scrapes share one snapshot: two scrapers
// of one fleet cost it one round of questions. Default: 1 s; 0 shares only
// between scrapes at the same time.
func WithMinInterval(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("%w: interval %s", ErrOption, d)
		}
		c.minInterval = d
		return nil
	}
}

// WithTimeout bounds a scrape that brings no deadline of its own. Default: 8 s.
func WithTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("%w: timeout %s", ErrOption, d)
		}
		c.timeout = d
		return nil
	}
}

// WithReplicas gives every replica of a stream and consumer its series, not
// the leader's alone. Default: false.
func WithReplicas(on bool) Option {
	return func(c *config) error {
		c.Replicas = on
		return nil
	}
}

// WithEphemeral gives every ephemeral consumer its series. Default: false, they
// are summed for each stream, since each of their names is used only once.
func WithEphemeral(on bool) Option {
	return func(c *config) error {
		c.Ephemeral = on
		return nil
	}
}

// WithTop bounds how many streams of an account on one server, consumers of a
// stream, and languages have series of their own; the rest is summed.
// Default: 1000; 0 is no limit.
func WithTop(n int) Option {
	return func(c *config) error {
		c.Top = n
		return nil
	}
}

// WithMaxSeries bounds the series of one exposition; what is cut off is
// counted. Default: 1,000,000; 0 is no limit.
func WithMaxSeries(n int) Option {
	return func(c *config) error {
		c.maxSeries = n
		return nil
	}
}

// WithAccounts restricts the accounts that have series, by regular expressions
// that must match the whole id or name. An empty one does not restrict.
func WithAccounts(allow, deny string) Option {
	return withPattern(func(c *config) *scrape.Pattern { return &c.Accounts }, allow, deny)
}

// WithStreams restricts the streams that have series, as [WithAccounts] does.
func WithStreams(allow, deny string) Option {
	return withPattern(func(c *config) *scrape.Pattern { return &c.Streams }, allow, deny)
}

// WithConsumers restricts the consumers that have series, as [WithAccounts]
// does.
func WithConsumers(allow, deny string) Option {
	return withPattern(func(c *config) *scrape.Pattern { return &c.Consumers }, allow, deny)
}

// WithLogger makes the exporter log a line when the connection to NATS is lost
// or made, and when the fleet can no longer be asked. Default: nothing is logged.
func WithLogger(log *slog.Logger) Option {
	return func(c *config) error {
		c.log = log
		return nil
	}
}

// WithVersion sets the version that nats_exporter_build_info tells.
func WithVersion(v string) Option {
	return func(c *config) error {
		c.version = v
		return nil
	}
}

// WithResolver makes /probe?context=NAME work.
func WithResolver(r Resolver) Option {
	return func(c *config) error {
		c.resolver = r
		return nil
	}
}

func withPattern(of func(*config) *scrape.Pattern, allow, deny string) Option {
	return func(c *config) error {
		compiled, err := scrape.NewPattern(allow, deny)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrOption, err)
		}
		*of(c) = compiled
		return nil
	}
}
