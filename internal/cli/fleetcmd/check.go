package fleetcmd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/cause"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/view"
)

// checkCommand runs the table of checks on a fleet.
type checkCommand struct {
	cli.ScopeFlags
	replayFlags
	names  []string
	over   time.Duration
	set    []string
	limits string
	failOn string
	list   bool
	flat   bool
	about  string
}

func checkEntry() cli.Entry {
	return cli.Entry{Name: "check", Help: "Check the fleet: what is wrong, where, why it matters, and what to do next.", Cmd: &checkCommand{}, Examples: []string{
		"check",
		"check routes gateways --cluster east",
		"check --set cpu_percent=70,90 --fail-on crit",
		"check -o nagios",
	}}
}

// checkFormats are the formats of check: the common ones, and those of
// monitoring systems.
var checkFormats = slices.Concat(cli.Formats, []string{"nagios", "junit", "prometheus"})

func (c *checkCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "Checks to run (default: all).").StringsVar(&c.names)
	c.ScopeFlags.Setup(cmd)
	c.replayFlags.Setup(cmd)
	cmd.Flag("over", "Time between the two snapshots that checks of rates compare.").Default("1s").PlaceHolder("INTERVAL").DurationVar(&c.over)
	cmd.Flag("set", "Set a limit, for example cpu_percent=70,90 (warning, critical; - for never; one number is critical, without a warning); repeat for several.").PlaceHolder("NAME=WARN,CRIT").StringsVar(&c.set)
	cmd.Flag("limits", "File with one NAME=WARN,CRIT per line; --set takes precedence.").PlaceHolder("FILE").StringVar(&c.limits)
	cmd.Flag("fail-on", "Lowest level that makes the command fail: warn or crit.").Default("warn").PlaceHolder("LEVEL").EnumVar(&c.failOn, "warn", "crit")
	cmd.Flag("flat", "List the findings worst first, not under the cause that explains them.").BoolVar(&c.flat)
	cmd.Flag("list", "List the checks and their limits without connecting.").BoolVar(&c.list)
	cmd.Flag("explain", "Explain what one check looks at, why it matters, and what to do.").PlaceHolder("NAME").StringVar(&c.about)
}

func (c *checkCommand) Run(ctx context.Context, e *cli.Env) error {
	format, err := e.Format(checkFormats...)
	if err != nil {
		return err
	}
	switch {
	case c.list:
		return listChecks(e)
	case c.about != "":
		return explainCheck(e, c.about)
	}
	chosen, err := chooseChecks(c.names)
	if err != nil {
		return err
	}
	ranges, err := c.ranges()
	if err != nil {
		return err
	}
	in, err := c.gather(ctx, e, chosen)
	if err != nil {
		if format == "nagios" {
			return c.nagiosFailed(e, err)
		}
		return err
	}
	in.Ranges = ranges
	report := newCheckReport(in, chosen, len(c.names) > 0)
	report.flat = c.flat
	if err := report.write(e, format); err != nil {
		return err
	}
	return c.verdict(e, format, report)
}

// chooseChecks finds checks by name, with a suggestion for a typo.
func chooseChecks(names []string) ([]*checks.Check, error) {
	rows, err := checks.Select(names...)
	if err == nil {
		return rows, nil
	}
	var all []string
	for _, c := range checks.All() {
		all = append(all, c.Name)
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("%w%s", err, view.Suggest(name, all))
		}
	}
	return nil, err
}

// gather takes a snapshot, or two if a check compares them.
func (c *checkCommand) gather(ctx context.Context, e *cli.Env, chosen []*checks.Check) (checks.Input, error) {
	flags := samplerFlags{replayFlags: c.replayFlags, rate: c.over, expect: c.Expect}
	sampler, err := flags.sampler(ctx, e, false)
	if err != nil {
		return checks.Input{}, err
	}
	want := checks.WantFor(chosen)
	want.Scope = c.Scope
	if sampler.rec != nil {
		want.Kinds = nil // the checks report what the recording lacks
	}
	rates := slices.ContainsFunc(chosen, func(ch *checks.Check) bool { return ch.Rates })
	tick, err := sampler.nextTick(ctx, want, rates)
	if err != nil {
		return checks.Input{}, err
	}
	in := checks.Input{Snapshot: tick.Snapshot, Before: tick.Before, Delta: tick.Delta}
	in.Strained, err = sampler.strained(ctx, tick)
	return in, err
}

// checkReport is the source of all formats.
type checkReport struct {
	Schema   string          `json:"schema"`
	Time     time.Time       `json:"time"`
	Level    fleet.Level     `json:"level"`
	Expected int             `json:"expected"`
	Answered int             `json:"answered"`
	Causes   []cause.Cause   `json:"causes"` // the first is the one to look at first
	Checks   []checks.Result `json:"checks"`
	snap     *fleet.Snapshot
	named    bool
	flat     bool
}

// newCheckReport runs the checks. A check without data counts as unknown if it
// was selected by name, and is omitted otherwise.
func newCheckReport(in checks.Input, chosen []*checks.Check, named bool) *checkReport {
	r := &checkReport{
		Schema: "natsctl.check/v1", Time: in.Snapshot.Time, snap: in.Snapshot, named: named,
		Expected: in.Snapshot.Expected, Answered: len(in.Snapshot.Servers), Checks: checks.Run(in, chosen),
	}
	for _, res := range r.Checks {
		if res.Skipped == "" || named {
			r.Level = r.Level.Worse(res.Level)
		}
	}
	r.Causes = cause.Diagnose(in, r.Checks)
	return r
}

// findings returns the findings of all checks under their causes, or worst
// first.
func (r *checkReport) findings() []checks.Finding {
	var out []checks.Finding
	for _, c := range r.Causes {
		out = append(out, c.Findings...)
	}
	if !r.flat {
		return out
	}
	slices.SortStableFunc(out, func(a, b checks.Finding) int {
		switch {
		case a.Level == b.Level:
			return 0
		case a.Level.Worse(b.Level) == a.Level:
			return -1
		}
		return 1
	})
	return out
}

// summary counts the checks by their level.
func (r *checkReport) summary() string {
	counts := map[string]int{}
	for _, res := range r.Checks {
		word := res.Level.String()
		if res.Skipped != "" {
			word = "skipped"
		}
		counts[word]++
	}
	noun := "checks"
	if len(r.Checks) == 1 {
		noun = "check"
	}
	parts := []string{fmt.Sprintf("%d %s", len(r.Checks), noun)}
	for _, word := range []string{"ok", "info", "warn", "crit", "unknown", "skipped"} {
		if counts[word] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[word], word))
		}
	}
	return parts[0] + ": " + strings.Join(parts[1:], ", ")
}

// verdict returns the error with the exit code of the level.
func (c *checkCommand) verdict(e *cli.Env, format string, r *checkReport) error {
	if format == "nagios" {
		return cli.ExitStatus(r.nagiosStatus())
	}
	failed := r.Level == fleet.Crit || r.Level == fleet.Unknown || r.Level == fleet.Warn && c.failOn == "warn"
	var names []string
	for _, res := range r.Checks {
		if (res.Skipped == "" || r.named) && res.Level != fleet.OK && res.Level != fleet.Info {
			names = append(names, res.Name)
		}
	}
	switch {
	case failed:
		return checkFailedError(fmt.Sprintf("%s: %s", r.summary(), strings.Join(names, ", ")))
	case !r.snap.WithoutUnsupported().Complete():
		return e.Completeness(r.snap.WithoutUnsupported())
	}
	if e.ErrTTY {
		e.Note("", fmt.Sprintf("%s; %d/%d servers answered", r.summary(), r.Answered, r.Expected))
	}
	return nil
}

// checkFailedError reports failed checks.
type checkFailedError string

// Error returns the counts and the names of the checks.
func (e checkFailedError) Error() string { return string(e) }
