package fleetcmd

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/view"
)

// write writes the report in one of [checkFormats].
func (r *checkReport) write(e *cli.Env, format string) error {
	switch format {
	case "json":
		return e.PrintJSON(r, false)
	case "yaml":
		return view.YAML(e.Out, r)
	case "nagios":
		return r.nagios(e.Out)
	case "junit":
		return r.junit(e.Out)
	case "prometheus":
		return r.prometheus(e.Out)
	}
	grid := view.NewGrid(view.Findings(), slices.Values(r.findings()))
	if len(grid.Rows) == 0 && e.OutTTY && (format == "table" || format == "wide") {
		return nil // the verdict reports success
	}
	if format == "table" && e.Width() > 0 {
		if r.flat {
			return r.page(e)
		}
		return r.tree(e)
	}
	return e.PrintTable(format, cli.Table{Schema: r.Schema, Grid: grid})
}

// page writes the findings for a terminal, with each next step once below the
// table instead of in every row.
func (r *checkReport) page(e *cli.Env) error {
	findings := r.findings()
	cols := slices.DeleteFunc(view.Findings(), func(c view.Column[checks.Finding]) bool { return c.Name == "next" })
	if err := e.PrintTable("table", cli.Table{Schema: r.Schema, Grid: view.NewGrid(cols, slices.Values(findings))}); err != nil {
		return err
	}
	type step struct{ check, next string }
	said := map[step]bool{}
	for _, f := range findings {
		s := step{f.Check, f.Next}
		if said[s] || f.Next == "" {
			continue
		}
		said[s] = true
		text := ansi.Wrap(view.Text("Next, for "+f.Check+": "+f.Next), e.Width(), "")
		if _, err := fmt.Fprintf(e.Out, "\n%s\n", text); err != nil {
			return err
		}
	}
	return nil
}

// nagiosStatus is a level as a plugin's exit status.
func nagiosStatus(l fleet.Level) int {
	switch l {
	case fleet.OK, fleet.Info:
		return 0
	case fleet.Warn:
		return 1
	case fleet.Crit:
		return 2
	}
	return 3
}

// nagiosStatus returns the exit status of the whole report. It is unknown when
// servers are missing and no check has reported it.
func (r *checkReport) nagiosStatus() int {
	status := nagiosStatus(r.Level)
	if status == 0 && len(r.snap.Missing) > 0 {
		return 3
	}
	return status
}

var nagiosWords = [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}

// nagiosText replaces characters that would end the line or its field.
func nagiosText(s string) string { return strings.ReplaceAll(view.Text(s), "|", "/") }

// nagios writes one status line with performance data, then one line for each
// finding.
func (r *checkReport) nagios(w io.Writer) error {
	status := r.nagiosStatus()
	first := r.summary()
	if status == 3 && len(r.snap.Missing) > 0 {
		first += fmt.Sprintf(", but only %d of %d servers answered", r.Answered, r.Expected)
	}
	findings := r.findings()
	if len(findings) > 0 {
		first = fmt.Sprintf("%s: %s", findings[0].Check, r.Causes[0].What)
		if n := len(findings) - 1; n > 0 {
			first += fmt.Sprintf(" (and %d more)", n)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "NATS %s - %s | servers=%d;;;0;%d", nagiosWords[status], nagiosText(first), r.Answered, r.Expected)
	for _, res := range r.Checks {
		fmt.Fprintf(&b, " '%s'=%d;;;0;%d", res.Name, checks.Count(res.Findings), max(res.Objects, checks.Count(res.Findings)))
	}
	b.WriteByte('\n')
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %s: %s. %s\n", strings.ToUpper(f.Level.String()), f.Check, nagiosText(f.What), nagiosText(f.Next))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// nagiosFailed reports a failed request the way a plugin does: the status line
// on standard output, status 3.
func (c *checkCommand) nagiosFailed(e *cli.Env, failure error) error {
	if _, err := fmt.Fprintf(e.Out, "NATS UNKNOWN - %s\n", nagiosText(failure.Error())); err != nil {
		return err
	}
	return cli.ExitStatus(3)
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"timestamp,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name     string         `xml:"name,attr"`
	Class    string         `xml:"classname,attr"`
	Skipped  *junitSkipped  `xml:"skipped"`
	Failures []junitFailure `xml:"failure"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// junit writes a test suite with a case for each check.
func (r *checkReport) junit(w io.Writer) error {
	suite := junitSuite{Name: "natsctl check", Tests: len(r.Checks), Time: r.Time.UTC().Format("2006-01-02T15:04:05")}
	for _, res := range r.Checks {
		c := junitCase{Name: res.Name, Class: "natsctl.check"}
		if res.Skipped != "" {
			c.Skipped = &junitSkipped{res.Skipped}
			suite.Skipped++
		}
		for _, f := range res.Findings {
			if f.Level == fleet.Info {
				continue
			}
			text := fmt.Sprintf("%s\nWhy it matters: %s\nWhat to do: %s\n", view.Text(f.What), f.Why, view.Text(f.Next))
			c.Failures = append(c.Failures, junitFailure{f.Level.String(), view.Text(f.What), text})
		}
		if len(c.Failures) > 0 {
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// levels are the levels of a finding, in the order of the exposition.
var findingLevels = []fleet.Level{fleet.Info, fleet.Warn, fleet.Crit, fleet.Unknown}

// prometheus writes the results as a text exposition, for a textfile collector.
func (r *checkReport) prometheus(w io.Writer) error {
	var b strings.Builder
	family := func(name, help string) {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
	}
	family("natsctl_check_timestamp_seconds", "When the fleet was asked, in seconds since 1970.")
	fmt.Fprintf(&b, "natsctl_check_timestamp_seconds %s\n", strconv.FormatFloat(float64(r.Time.UnixMilli())/1000, 'f', 3, 64))
	family("natsctl_check_servers_expected", "Servers that should answer.")
	fmt.Fprintf(&b, "natsctl_check_servers_expected %d\n", r.Expected)
	family("natsctl_check_servers_answered", "Servers that answered.")
	fmt.Fprintf(&b, "natsctl_check_servers_answered %d\n", r.Answered)
	family("natsctl_check_status", "Outcome of the check: 0 ok, 1 warning, 2 critical, 3 unknown or not possible.")
	for _, res := range r.Checks {
		fmt.Fprintf(&b, "natsctl_check_status{check=%q} %d\n", res.Name, nagiosStatus(res.Level))
	}
	family("natsctl_check_objects", "Objects that the check looked at.")
	for _, res := range r.Checks {
		fmt.Fprintf(&b, "natsctl_check_objects{check=%q} %d\n", res.Name, res.Objects)
	}
	family("natsctl_check_findings", "Findings of the check.")
	for _, res := range r.Checks {
		for _, level := range findingLevels {
			n := 0
			for _, f := range res.Findings {
				if f.Level == level {
					n++
				}
			}
			fmt.Fprintf(&b, "natsctl_check_findings{check=%q,level=%q} %d\n", res.Name, level, n)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
