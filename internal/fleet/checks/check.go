package checks

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Check is one row of the table of checks: a question that a snapshot, or two,
// can answer, why it matters, and what to do about a finding. The command
// `check`, the dashboard's alerts and the exporter's alert rules all come from
// this table.
type Check struct {
	Name   string       // as given on the command line
	About  string       // what it checks, one sentence
	Why    string       // why it matters, one sentence
	Next   string       // what to do next, one sentence; a finding may override it
	Needs  []fleet.Kind // what the snapshot must contain, in addition to STATSZ
	Asset  bool         // needs streams and consumers in JSZ
	Rates  bool         // needs two snapshots
	Limits []Limit      // thresholds that can be set

	find func(*checkup)
}

// Finding is one problem that a check found.
type Finding struct {
	Check  string      `json:"check"`
	Level  fleet.Level `json:"level"`
	Object string      `json:"object"`          // the affected server, link, stream or connection
	Where  string      `json:"where,omitempty"` // the server or cluster it is on
	What   string      `json:"what"`            // one sentence
	Unit   string      `json:"unit,omitempty"`  // of Value and Limit: percent, bytes, seconds, count
	Value  float64     `json:"value,omitempty"`
	Limit  float64     `json:"limit,omitempty"` // the threshold that was crossed
	Why    string      `json:"why"`
	Next   string      `json:"next"`
	Since  time.Time   `json:"since,omitzero"`  // when it began; zero where that is not known
	Count  int         `json:"count,omitempty"` // how many objects it stands for; 0: one
	Cause  string      `json:"cause,omitempty"` // the object of the cause that it was folded under
	About  Subject     `json:"-"`               // what it is about, for joining findings
}

// Result is the outcome of one check.
type Result struct {
	Check      *Check      `json:"-"`
	Name       string      `json:"check"`
	Level      fleet.Level `json:"level"` // the worst of its findings
	Objects    int         `json:"objects"`
	Findings   []Finding   `json:"findings,omitempty"` // worst first
	Skipped    string      `json:"skipped,omitempty"`  // why the check could not run; then Level is Unknown
	Unanswered []string    `json:"unheard,omitempty"`  // servers that did not report it, because they are too old or failed to
}

// Input is the input of checks.
type Input struct {
	Snapshot *fleet.Snapshot
	Before   *fleet.Snapshot // an earlier one; if nil, the checks of rates are skipped
	Delta    *fleet.Delta    // from Before to Snapshot; computed if nil
	Topology *fleet.Topology // of Snapshot; computed if nil
	Strained map[string]int  // in how many looks before Snapshot each link was strained, see [fleet.TopologyOptions]; used if Topology is nil
	Ranges   Ranges          // thresholds that replace the defaults
	Live     bool            // more snapshots follow: a broken link is critical from the second snapshot on

	past         func() map[string]*fleet.Edge // of Before, by key; nil if there is no Before
	shared       func() map[string]bool        // names that several accounts have
	streamRows   func() []*fleet.StreamRow     // of Snapshot
	consumerRows func() []*fleet.ConsumerRow   // of Snapshot
	names        func() fleet.AccountNames     // of Snapshot
}

// WantFor returns what a snapshot must contain for these checks.
func WantFor(checks []*Check) fleet.Want {
	var w fleet.Want
	for _, c := range checks {
		w = w.Union(fleet.Want{Kinds: c.Needs})
		if c.Asset {
			// A consumer's leader may be on another server than its stream's, and only
			// leaders know the state of their replicas: request all.
			w.JS = fleet.JSWant{Streams: true, Consumers: true, Raft: true, Groups: true, Config: true, AllReplicas: true}
		}
	}
	return w
}

// Run runs each check on the snapshot.
func Run(in Input, checks []*Check) []Result {
	if in.Delta == nil && in.Before != nil {
		in.Delta = fleet.NewDelta(in.Before, in.Snapshot)
	}
	if in.Topology == nil {
		in.Topology = fleet.NewTopology(in.Snapshot, fleet.TopologyOptions{Delta: in.Delta, Strained: in.Strained})
	}
	if in.Before != nil {
		in.past = sync.OnceValue(func() map[string]*fleet.Edge {
			return fleet.NewTopology(in.Before, fleet.TopologyOptions{}).EdgesByKey()
		})
	}
	in.shared = sync.OnceValue(func() map[string]bool { return namesakes(in.Snapshot) })
	in.streamRows = sync.OnceValue(func() []*fleet.StreamRow { return fleet.StreamRows(in.Snapshot, in.Delta) })
	in.consumerRows = sync.OnceValue(func() []*fleet.ConsumerRow { return fleet.ConsumerRows(in.Snapshot, in.Delta) })
	in.names = sync.OnceValue(func() fleet.AccountNames { return fleet.NewAccountNames(in.Snapshot) })
	results := make([]Result, len(checks))
	for i, c := range checks {
		results[i] = c.run(in)
	}
	return results
}

func (c *Check) run(in Input) Result {
	run := &checkup{Input: in, check: c, result: Result{Check: c, Name: c.Name}}
	if why := run.skipReason(); why != "" {
		run.result.Skipped, run.result.Level = why, fleet.Unknown
		return run.result
	}
	c.find(run)
	run.result.Findings = append(run.result.Findings, run.bounded.rest(c)...)
	if why := run.unseenReason(); why != "" {
		run.result.Skipped, run.result.Level = why, fleet.Unknown
		return run.result
	}
	slices.SortStableFunc(run.result.Findings, func(a, b Finding) int { return b.Level.Compare(a.Level) })
	for _, f := range run.result.Findings {
		run.result.Level = run.result.Level.Worse(f.Level)
	}
	return run.result
}

// checkup is the state of one running check.
type checkup struct {
	Input
	check   *Check
	result  Result
	bounded bounded
}

// skipReason returns why the check cannot run, or "".
func (c *checkup) skipReason() string {
	if c.check.Rates && c.Delta == nil {
		return "needs two snapshots"
	}
	var lacks []fleet.Kind
	for _, k := range c.check.Needs {
		if !c.Snapshot.Want.Has(k) {
			lacks = append(lacks, k)
		}
	}
	if len(lacks) > 0 {
		return "the snapshot does not hold " + kinds(lacks)
	}
	for _, p := range c.Snapshot.Problems {
		if slices.Contains(c.check.Needs, p.Kind) && !slices.Contains(c.result.Unanswered, p.Server) {
			c.result.Unanswered = append(c.result.Unanswered, p.Server)
		}
	}
	return ""
}

func kinds(list []fleet.Kind) string {
	words := make([]string, len(list))
	for i, k := range list {
		words[i] = string(k)
	}
	return strings.Join(words, ", ")
}

// unseenReason returns why nothing was checked although servers may have such
// objects, or "". If every server reported that it has none, it is "".
func (c *checkup) unseenReason() string {
	switch {
	case c.result.Objects > 0 || len(c.result.Findings) > 0:
		return ""
	case len(c.Snapshot.Servers) == 0:
		return "no server answered"
	case len(c.result.Unanswered) == 0:
		return ""
	}
	for _, p := range c.Snapshot.Problems {
		if slices.Contains(c.check.Needs, p.Kind) && p.Reason != fleet.Unsupported {
			return "no server reported " + kinds(c.check.Needs)
		}
	}
	return "the servers are too old to report it"
}

// countObject counts an object that was checked.
func (c *checkup) countObject() { c.result.Objects++ }

// add reports a finding; empty fields are filled from the check. Beyond a bound
// it is only counted.
func (c *checkup) add(f Finding) {
	if !c.bounded.keep(f) {
		return
	}
	f.Check = c.check.Name
	if f.Why == "" {
		f.Why = c.check.Why
	}
	if f.Next == "" {
		f.Next = c.check.Next
	}
	c.result.Findings = append(c.result.Findings, f)
}

// measure judges a value by a limit of the check and reports it when it crosses
// the limit. The output adds the value and the limit to What.
func (c *checkup) measure(limit string, value float64, f Finding) {
	r := c.limit(limit)
	f.Value, f.Unit = value, unitOf(limit)
	f.Level, f.Limit = r.Judge(value)
	if f.Level != fleet.OK {
		c.add(f)
	}
}

func (c *checkup) limit(name string) Range {
	if r, ok := c.Ranges[name]; ok {
		return r
	}
	return rangeOf(c.check.Limits, name)
}
