package checks

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// ErrUnknown is wrapped by the error of a check name that does not exist.
var ErrUnknown = errors.New("unknown check")

// groups are the rows of the table, in execution order.
var groups = [...][]*Check{fleetChecks, linkChecks, remoteChecks, loadChecks, jetStreamChecks, realityChecks, securityChecks, sharingChecks}

// All returns the table of checks, in execution order.
func All() []*Check {
	var out []*Check
	for _, group := range groups {
		out = append(out, group...)
	}
	return out
}

// Select returns the checks with these names, or all checks if no name is
// given.
func Select(names ...string) ([]*Check, error) {
	all := All()
	if len(names) == 0 {
		return all, nil
	}
	var out []*Check
	for _, name := range names {
		i := slices.IndexFunc(all, func(c *Check) bool { return c.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("%w %q", ErrUnknown, name)
		}
		if !slices.Contains(out, all[i]) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// DefaultRange returns the default threshold with this name. The tables judge
// their cells by it, so that marks and checks agree.
func DefaultRange(name string) Range {
	for _, group := range groups {
		for _, c := range group {
			for _, l := range c.Limits {
				if l.Name == name {
					return Range{l.Warn, l.Crit, l.Below}
				}
			}
		}
	}
	return Range{Warn: never(), Crit: never()}
}

// Limits returns the limits of all checks.
func Limits() []Limit {
	var out []Limit
	for _, c := range All() {
		out = append(out, c.Limits...)
	}
	return out
}

// Set parses a threshold such as cpu_percent=70,90 (warning, critical) or
// cpu_percent=90 (critical only, no warning). A dash means never. The error
// wraps [ErrLimit].
func (r Ranges) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%w %q: want NAME=WARN,CRIT", ErrLimit, text)
	}
	for _, l := range Limits() {
		if l.Name != strings.TrimSpace(name) {
			continue
		}
		rng := Range{Warn: math.NaN(), Below: l.Below}
		warn, crit, both := strings.Cut(value, ",")
		if !both {
			warn, crit = "-", warn
		}
		var err1, err2 error
		rng.Warn, err1 = threshold(warn)
		rng.Crit, err2 = threshold(crit)
		if err := errors.Join(err1, err2); err != nil {
			return fmt.Errorf("%w %q: want numbers, as in %s=%s", ErrLimit, text, l.Name, l.example())
		}
		r[l.Name] = rng
		return nil
	}
	return fmt.Errorf("%w: no limit is named %q", ErrLimit, name)
}
