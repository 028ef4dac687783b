package fleetcmd

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/view"
)

// ranges reads the limits of the file, then those of the flags.
func (c *checkCommand) ranges() (checks.Ranges, error) {
	ranges := checks.Ranges{}
	if c.limits != "" {
		body, err := os.ReadFile(c.limits)
		if err != nil {
			return nil, err
		}
		for n, line := range slices.Collect(strings.Lines(string(body))) {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			if err := setRange(ranges, line); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", c.limits, n+1, err)
			}
		}
	}
	for _, text := range c.set {
		if err := setRange(ranges, text); err != nil {
			return nil, err
		}
	}
	return ranges, nil
}

// setRange sets one limit, with a suggestion for a typo in its name.
func setRange(r checks.Ranges, text string) error {
	err := r.Set(text)
	if err == nil {
		return nil
	}
	name, _, _ := strings.Cut(text, "=")
	var names []string
	for _, l := range checks.Limits() {
		names = append(names, l.Name)
	}
	if slices.Contains(names, name) {
		return err
	}
	return fmt.Errorf("%w%s", err, view.Suggest(name, names))
}

// checkRow is a check in the list, with one of its limits.
type checkRow struct {
	check *checks.Check
	limit *checks.Limit
}

func checkListColumns() []view.Column[checkRow] {
	limit := func(value func(*checks.Limit) any) func(checkRow) any {
		return func(r checkRow) any {
			if r.limit == nil {
				return nil
			}
			return value(r.limit)
		}
	}
	return []view.Column[checkRow]{
		{Name: "check", Title: "Check", Help: "Name of the check.", Value: func(r checkRow) any { return r.check.Name }},
		{Name: "about", Title: "What holds when it passes", Help: "What it looks at.", Value: func(r checkRow) any { return r.check.About }},
		{Name: "limit", Title: "Limit", Help: "Name for --set.", Value: limit(func(l *checks.Limit) any { return l.Name })},
		{Name: "warn", Title: "Warn", Help: "Warning from here on.", Unit: view.Count, Value: limit(func(l *checks.Limit) any { return orNever(l.Warn) })},
		{Name: "crit", Title: "Crit", Help: "Critical from here on.", Unit: view.Count, Value: limit(func(l *checks.Limit) any { return orNever(l.Crit) })},
		{Name: "needs", Title: "Asks", Help: "What is requested besides STATSZ.", Wide: true, Value: func(r checkRow) any { return kindWords(r.check.Needs) }},
		{Name: "why", Title: "Why", Help: "Why it matters.", Wide: true, Value: func(r checkRow) any { return r.check.Why }},
		{Name: "next", Title: "Next", Help: "What to do about a finding.", Wide: true, Value: func(r checkRow) any { return r.check.Next }},
	}
}

func orNever(v float64) any {
	if math.IsNaN(v) {
		return nil
	}
	return v
}

func kindWords(kinds []fleet.Kind) []string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return words
}

// listChecks prints the table of checks.
func listChecks(e *cli.Env) error {
	var rows []checkRow
	for _, c := range checks.All() {
		if len(c.Limits) == 0 {
			rows = append(rows, checkRow{check: c})
		}
		for i := range c.Limits {
			rows = append(rows, checkRow{c, &c.Limits[i]})
		}
	}
	return e.Print(cli.Table{Schema: "natsctl.check.list/v1", Grid: view.NewGrid(checkListColumns(), slices.Values(rows))})
}

// explainCheck prints the full description of one check.
func explainCheck(e *cli.Env, name string) error {
	chosen, err := chooseChecks([]string{name})
	if err != nil {
		return err
	}
	c := chosen[0]
	doc := struct {
		Check  string         `json:"check"`
		About  string         `json:"about"`
		Why    string         `json:"why"`
		Next   string         `json:"next"`
		Needs  []fleet.Kind   `json:"needs,omitempty"`
		Rates  bool           `json:"compares_two_snapshots,omitempty"`
		Limits []checks.Limit `json:"limits,omitempty"`
	}{c.Name, c.About, c.Why, c.Next, c.Needs, c.Rates, c.Limits}
	return e.PrintValue(doc, func(w io.Writer) error {
		var b strings.Builder
		fmt.Fprintf(&b, "%s: %s\n\nWhy it matters:  %s\nWhat to do:      %s\n", c.Name, c.About, c.Why, c.Next)
		asks := append([]string{"STATSZ"}, kindWords(c.Needs)...)
		fmt.Fprintf(&b, "Asks servers:    %s\n", strings.Join(asks, ", "))
		if c.Rates {
			b.WriteString("Compares:        two snapshots, --over apart\n")
		}
		for _, l := range c.Limits {
			over := "from"
			if l.Below {
				over = "down from"
			}
			fmt.Fprintf(&b, "Limit:           %s, %s; warning %s %s, critical %s %s\n", l.Name, l.About, over, limitText(l.Name, l.Warn), over, limitText(l.Name, l.Crit))
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// limitText writes a threshold with its unit.
func limitText(name string, v float64) string {
	switch {
	case math.IsNaN(v):
		return "never"
	case strings.HasSuffix(name, "_seconds"):
		return view.Duration(v)
	case strings.HasSuffix(name, "_percent"):
		return strconv.FormatFloat(v, 'f', -1, 64) + " %"
	}
	return view.Count.Format(v)
}
