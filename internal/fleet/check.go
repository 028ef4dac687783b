package fleet

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Check is one row of the table of checks: a question that a snapshot, or two,
// can answer, why it matters, and what to do about a finding. The command
// `check`, the dashboard's alerts and the exporter's alert rules all come from
// this table.
type Check struct {
	Name   string  // as given on the command line
	About  string  // what it looks at, one sentence
	Why    string  // why it matters, one sentence
	Next   string  // what to do next, one sentence; a finding may know better
	Needs  []Kind  // what the snapshot must hold, beside STATSZ
	Asset  bool    // needs streams and consumers in JSZ
	Rates  bool    // needs two snapshots
	Limits []Limit // thresholds that can be set

	find func(*checkup)
}

// Limit is a threshold with its default. A value at or over Warn is a warning,
// at or over Crit critical; with Below it is the other way round.
type Limit struct {
	Name       string  `json:"name"` // carries the unit: cpu_percent
	About      string  `json:"about"`
	Warn, Crit float64 // NaN never triggers
	Below      bool    `json:"below,omitempty"`
}

// Finding is one thing that a check found wrong.
type Finding struct {
	Check  string  `json:"check"`
	Level  Level   `json:"level"`
	Object string  `json:"object"`          // the server, link, stream or connection concerned
	Where  string  `json:"where,omitempty"` // the server or cluster it is on
	What   string  `json:"what"`            // one sentence
	Unit   string  `json:"unit,omitempty"`  // of Value and Limit: percent, bytes, seconds, count
	Value  float64 `json:"value,omitempty"`
	Limit  float64 `json:"limit,omitempty"` // the threshold that was passed
	Why    string  `json:"why"`
	Next   string  `json:"next"`
}

// CheckResult is the outcome of one check.
type CheckResult struct {
	Check    *Check    `json:"-"`
	Name     string    `json:"check"`
	Level    Level     `json:"level"` // the worst of its findings
	Objects  int       `json:"objects"`
	Findings []Finding `json:"findings,omitempty"` // worst first
	Skipped  string    `json:"skipped,omitempty"`  // why it could not look; then Level is Unknown
	Unheard  []string  `json:"unheard,omitempty"`  // servers that did not say, because they are too old or failed to
}

// CheckInput is what checks look at.
type CheckInput struct {
	Snapshot *Snapshot
	Before   *Snapshot // an earlier one; nil skips the checks of rates
	Delta    *Delta    // from Before to Snapshot; made when nil
	Topology *Topology // of Snapshot; made when nil
	Ranges   Ranges    // thresholds other than the defaults
	Live     bool      // more snapshots follow: a link that breaks is critical from the second look on

	past func() map[string]*Edge // of Before, by key; nil without it
}

// ErrNoCheck is wrapped by the error of a check name that does not exist.
var ErrNoCheck = errors.New("unknown check")

// Checks returns the table of checks, in the order in which they are run.
func Checks() []*Check {
	var out []*Check
	for _, group := range [][]*Check{fleetChecks, linkChecks, loadChecks, jetStreamChecks, securityChecks} {
		out = append(out, group...)
	}
	return out
}

// SelectChecks returns the checks with these names, or all when there are none.
func SelectChecks(names ...string) ([]*Check, error) {
	all := Checks()
	if len(names) == 0 {
		return all, nil
	}
	var out []*Check
	for _, name := range names {
		i := slices.IndexFunc(all, func(c *Check) bool { return c.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("%w %q", ErrNoCheck, name)
		}
		if !slices.Contains(out, all[i]) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// WantFor returns what a snapshot must hold for these checks.
func WantFor(checks []*Check) Want {
	var w Want
	for _, c := range checks {
		w = w.Union(Want{Kinds: c.Needs})
		if c.Asset {
			// A consumer's leader need not be where its stream's is, and only
			// leaders know how their replicas are: so all are asked.
			w.JS = JSWant{Streams: true, Consumers: true, Raft: true, Groups: true, Config: true, AllReplicas: true}
		}
	}
	return w
}

// RunChecks looks at the snapshot with each check.
func RunChecks(in CheckInput, checks []*Check) []CheckResult {
	if in.Delta == nil && in.Before != nil {
		in.Delta = NewDelta(in.Before, in.Snapshot)
	}
	if in.Topology == nil {
		in.Topology = NewTopology(in.Snapshot, TopologyOptions{Delta: in.Delta})
	}
	if in.Before != nil {
		in.past = sync.OnceValue(func() map[string]*Edge { return NewTopology(in.Before, TopologyOptions{}).edges() })
	}
	results := make([]CheckResult, len(checks))
	for i, c := range checks {
		results[i] = c.run(in)
	}
	return results
}

func (c *Check) run(in CheckInput) CheckResult {
	run := &checkup{CheckInput: in, check: c, result: CheckResult{Check: c, Name: c.Name}}
	if why := run.cannot(); why != "" {
		run.result.Skipped, run.result.Level = why, Unknown
		return run.result
	}
	c.find(run)
	slices.SortStableFunc(run.result.Findings, func(a, b Finding) int { return b.Level.rank() - a.Level.rank() })
	for _, f := range run.result.Findings {
		run.result.Level = run.result.Level.Worse(f.Level)
	}
	return run.result
}

// checkup is one check at work.
type checkup struct {
	CheckInput
	check  *Check
	result CheckResult
}

// cannot tells why the check cannot look, or "".
func (c *checkup) cannot() string {
	if c.check.Rates && c.Delta == nil {
		return "needs two snapshots"
	}
	var lacks []string
	for _, k := range c.check.Needs {
		if !c.Snapshot.Want.Has(k) {
			lacks = append(lacks, string(k))
		}
	}
	if len(lacks) > 0 {
		return "the snapshot does not hold " + strings.Join(lacks, ", ")
	}
	for _, p := range c.Snapshot.Problems {
		if slices.Contains(c.check.Needs, p.Kind) && !slices.Contains(c.result.Unheard, p.Server) {
			c.result.Unheard = append(c.result.Unheard, p.Server)
		}
	}
	return ""
}

// saw counts an object that was looked at.
func (c *checkup) saw() { c.result.Objects++ }

// found reports a finding; the check's own words fill what it leaves empty.
func (c *checkup) found(f Finding) {
	f.Check = c.check.Name
	if f.Why == "" {
		f.Why = c.check.Why
	}
	if f.Next == "" {
		f.Next = c.check.Next
	}
	c.result.Findings = append(c.result.Findings, f)
}

// measure judges a value by a limit of the check and reports it when it passes
// the limit. What is completed with the value and the limit by the reader.
func (c *checkup) measure(limit string, value float64, f Finding) {
	r := c.limit(limit)
	f.Value, f.Unit = value, unitOf(limit)
	f.Level, f.Limit = r.Judge(value)
	if f.Level != OK {
		c.found(f)
	}
}

func (c *checkup) limit(name string) Range {
	if r, ok := c.Ranges[name]; ok {
		return r
	}
	return rangeOf(c.check.Limits, name)
}
