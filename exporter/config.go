package exporter

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// config is what the options made of the defaults. It is read-only once built.
type config struct {
	surveyor    bool
	perServer   bool   // prometheus-nats-exporter's names
	prefix      string // instead of gnatsd_ and jetstream_; empty keeps both
	chosen      []string
	minInterval time.Duration
	timeout     time.Duration
	replicas    bool
	ephemeral   bool
	top         int
	maxSeries   int
	accounts    pattern
	streams     pattern
	consumers   pattern
	resolver    Resolver
	version     string
	now         func() time.Time

	sources  []source
	families []*family
}

// pattern decides which names have series. The zero value allows all.
type pattern struct{ allow, deny *regexp.Regexp }

// allows tells whether a thing that goes by these names has series: one of
// them must match allow, none deny.
func (p pattern) allows(names ...string) bool {
	if p.deny != nil && slices.ContainsFunc(names, p.deny.MatchString) {
		return false
	}
	return p.allow == nil || slices.ContainsFunc(names, p.allow.MatchString)
}

// newPattern compiles two expressions that must match the whole name; an empty
// one does not restrict.
func newPattern(allow, deny string) (pattern, error) {
	var p pattern
	for _, side := range []struct {
		expr string
		to   **regexp.Regexp
	}{{allow, &p.allow}, {deny, &p.deny}} {
		if side.expr == "" {
			continue
		}
		re, err := regexp.Compile("^(?:" + side.expr + ")$")
		if err != nil {
			return p, fmt.Errorf("pattern %q: %w", side.expr, err)
		}
		*side.to = re
	}
	return p, nil
}

// newConfig applies the options and prepares the tables they choose.
func newConfig(opts []Option) (*config, error) {
	c := &config{
		surveyor: true, minInterval: time.Second, timeout: 8 * time.Second,
		top: 1000, maxSeries: 1_000_000, now: time.Now,
	}
	for _, opt := range opts {
		if err := opt(c); err != nil {
			return nil, err
		}
	}
	if c.chosen == nil {
		c.chosen = c.byDefault()
	}
	c.sources = sources(c)
	c.families = families(c)
	return c, nil
}

// byDefault returns the collectors that are on unless others are chosen.
func (c *config) byDefault() []string {
	var names []string
	for _, col := range collectors {
		if col.byDef || c.perServer && col.alsoFor == NatsExporter {
			names = append(names, col.name)
		}
	}
	return names
}

// serves tells whether the names of a set are wanted. A nil config wants all.
func (c *config) serves(set Set) bool {
	switch {
	case c == nil, set == Native:
		return true
	case set == Surveyor:
		return c.surveyor
	}
	return c.perServer
}
