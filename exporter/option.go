package exporter

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/roster"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
)

// ErrOption is wrapped by every error that reports an invalid option.
var ErrOption = errors.New("invalid option")

// ErrNoContext is wrapped by a [Resolver] when the context does not exist or
// may not be probed.
var ErrNoContext = errors.New("no such context")

// Option configures an [Exporter].
type Option func(*config) error

// Validate returns the error of the first invalid option, without connecting;
// it wraps [ErrOption].
func Validate(opts ...Option) error {
	_, err := newConfig(opts)
	return err
}

// WithFleet names the fleet: every series about it has the label fleet with this
// value, so that one Prometheus can watch several fleets whose servers, clusters
// or accounts have the same names. Exporters of one fleet give the same name.
// Default: no label.
func WithFleet(name string) Option {
	return func(c *config) error {
		c.fleet = name
		return nil
	}
}

// WithExpected says which servers the fleet has: at least so many, and those
// with these names. One that does not answer is missing, even if no other server
// knows it. Default: none beyond those that the exporter has seen.
func WithExpected(count int, names ...string) Option {
	return func(c *config) error {
		if count < 0 {
			return fmt.Errorf("%w: %d expected servers", ErrOption, count)
		}
		c.expected = roster.Expected{Count: count, Names: slices.Clone(names)}
		return nil
	}
}

// WithState keeps the names of the servers that the exporter has seen in a file,
// so that one that dies is missed even after a restart of the exporter, until it
// is back, announces its end, another one has its address, or [Forget] is called.
// Each exporter needs a file of its own. Default: the memory ends with the
// process.
func WithState(path string) Option {
	return func(c *config) error {
		c.state = path
		return nil
	}
}

// ErrUnknownServer is wrapped by [Forget] if the state file does not have the
// server.
var ErrUnknownServer = roster.ErrUnknown

// Forget says that servers are gone for good: an exporter that uses the state
// file misses them no longer from its next scrape on. Unless the file has all of
// them, nothing changes and the error wraps [ErrUnknownServer].
func Forget(path string, names ...string) error { return roster.Forget(path, names, time.Now()) }

// Remembered returns the names of the servers in a state file.
func Remembered(path string) ([]string, error) { return roster.Names(path) }

// WithSurveyorNames also serves the names and labels of nats-surveyor if on is
// true. Default: false.
func WithSurveyorNames(on bool) Option {
	return func(c *config) error {
		c.surveyor = on
		return nil
	}
}

var validPrefix = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// WithExporterNames also serves the names and labels of
// prometheus-nats-exporter. A prefix replaces gnatsd_ and jetstream_, like that
// exporter's -prefix; an empty prefix keeps them.
func WithExporterNames(prefix string) Option {
	return func(c *config) error {
		if prefix != "" && !validPrefix.MatchString(prefix) {
			return fmt.Errorf("%w: prefix %q of metric names", ErrOption, prefix)
		}
		c.perServer, c.prefix = true, prefix
		return nil
	}
}

// WithCollectors sets the collectors, replacing the default; see [Collectors].
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

// WithMinInterval sets how long scrapes share one snapshot, so that two
// scrapers of a fleet cause one round of requests. Default: 1 s; with 0 only
// concurrent scrapes share.
func WithMinInterval(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return fmt.Errorf("%w: interval %s", ErrOption, d)
		}
		c.minInterval = d
		return nil
	}
}

// WithTimeout sets the timeout of a scrape without a deadline. Default: 8 s.
func WithTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("%w: timeout %s", ErrOption, d)
		}
		c.timeout = d
		return nil
	}
}

// WithReplicas exposes series for every replica of a stream and consumer, not
// only for the leader. Default: false.
func WithReplicas(on bool) Option {
	return func(c *config) error {
		c.Replicas = on
		return nil
	}
}

// WithEphemeral exposes series for every ephemeral consumer. Default: false:
// they are summed per stream, since each name is used only once.
func WithEphemeral(on bool) Option {
	return func(c *config) error {
		c.Ephemeral = on
		return nil
	}
}

// WithTop limits how many streams of an account on one server, consumers of a
// stream, and languages have their own series; the rest is summed. Default:
// 1000; 0 means no limit.
func WithTop(n int) Option {
	return func(c *config) error {
		c.Top = n
		return nil
	}
}

// WithRows limits how many routes, gateways, and accounts on servers have their
// own series in the fleet. With more routes or gateways, each server has its
// slowest one and the gauges of the others together; with more accounts, each
// account has the sum over all servers. Default: 2000 of each; 0 means no limit.
func WithRows(n int) Option {
	return func(c *config) error {
		if n < 0 {
			return fmt.Errorf("%w: %d rows", ErrOption, n)
		}
		c.Links, c.AccountRows = n, n
		return nil
	}
}

// WithMaxSeries limits the series of one exposition; omitted series are
// counted. Default: 1,000,000; 0 means no limit.
func WithMaxSeries(n int) Option {
	return func(c *config) error {
		c.maxSeries = n
		return nil
	}
}

// WithAccounts limits the accounts that have series, by regular expressions
// that must match the whole id or name. An empty expression sets no limit.
func WithAccounts(allow, deny string) Option {
	return withPattern(func(c *config) *scrape.Pattern { return &c.Accounts }, allow, deny)
}

// WithStreams limits the streams that have series, as [WithAccounts] does.
func WithStreams(allow, deny string) Option {
	return withPattern(func(c *config) *scrape.Pattern { return &c.Streams }, allow, deny)
}

// WithConsumers limits the consumers that have series, as [WithAccounts] does.
func WithConsumers(allow, deny string) Option {
	return withPattern(func(c *config) *scrape.Pattern { return &c.Consumers }, allow, deny)
}

// WithLogger logs a line when the connection to NATS is lost or established,
// and when requests to the fleet start to fail. Default: no logging.
func WithLogger(log *slog.Logger) Option {
	return func(c *config) error {
		c.log = log
		return nil
	}
}

// WithVersion sets the version that nats_exporter_build_info reports.
func WithVersion(v string) Option {
	return func(c *config) error {
		c.version = v
		return nil
	}
}

// WithResolver enables /probe?context=NAME.
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
