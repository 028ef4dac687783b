// Package rules generates Prometheus alert and recording rules from the metrics
// of the exporter.
//
// It owns the table of alerts. The text and threshold of an alert come from the
// corresponding check, if there is one. It must not know how metrics are
// collected; it knows only their names.
package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// rule is one row of the table of alerts. A row that corresponds to a check
// names it and uses its reasons, next step and thresholds.
type rule struct {
	alert   string
	check   string // the corresponding check; empty for none
	by      string // the labels of the alert beside fleet, if the condition does not select them
	level   fleet.Level
	expr    string  // the condition, or the value to compare with limit
	limit   string  // the name of the check's threshold
	scale   float64 // converts the threshold's unit to the value's; 0 means 1
	hold    time.Duration
	summary string // a Prometheus template
	why     string // of a check's alert: if it differs from the check's
	next    string // likewise
	also    string // one more step, after next
}

// Options change the generated rules. The zero value keeps the defaults.
type Options struct {
	Hold time.Duration // maximum time before an alert fires; 0 keeps the time of each rule
}

// File returns a Prometheus rule file with alert and recording rules. It fails
// only if the table names a check or threshold that does not exist.
func File(o Options) ([]byte, error) { return file(o, records, alerts) }

func file(o Options, records [][2]string, alerts []rule) ([]byte, error) {
	groups := []ruleGroup{{Name: "natsctl-records", Rules: recordEntries(records)}, {Name: "natsctl-alerts"}}
	for _, r := range alerts {
		entries, err := r.entries(o)
		if err != nil {
			return nil, err
		}
		groups[1].Rules = append(groups[1].Rules, entries...)
	}
	return yaml.Marshal(map[string]any{"groups": groups})
}

type ruleGroup struct {
	Name  string      `json:"name"`
	Rules []ruleEntry `json:"rules"`
}

type ruleEntry struct {
	Record      string            `json:"record,omitempty"`
	Alert       string            `json:"alert,omitempty"`
	Expr        string            `json:"expr"`
	For         string            `json:"for,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

func recordEntries(records [][2]string) []ruleEntry {
	var out []ruleEntry
	for _, r := range records {
		out = append(out, ruleEntry{Record: r[0], Expr: r[1]})
	}
	return out
}

// entries returns one alert for a rule, or two if it has a threshold for each
// level. A value above the critical threshold does not fire the warning too.
func (r rule) entries(o Options) ([]ruleEntry, error) {
	why, next := r.why, r.next
	var limit checks.Limit
	if r.check != "" {
		rows, err := checks.Select(r.check)
		if err != nil {
			return nil, fmt.Errorf("alert %s: %w", r.alert, err)
		}
		why, next = cmp.Or(r.why, rows[0].Why), cmp.Or(r.next, rows[0].Next)
		i := slices.IndexFunc(rows[0].Limits, func(l checks.Limit) bool { return l.Name == r.limit })
		if r.limit != "" && i < 0 {
			return nil, fmt.Errorf("alert %s: check %s has no limit %q", r.alert, r.check, r.limit)
		}
		if i >= 0 {
			limit = rows[0].Limits[i]
		}
	}
	entry := func(level, expr string) ruleEntry {
		e := ruleEntry{
			Alert: r.alert, Expr: expr, Labels: map[string]string{"severity": level},
			Annotations: map[string]string{"summary": r.summary, "description": strings.TrimSpace(why + " " + next + " " + r.also)},
		}
		if r.check != "" {
			e.Annotations["cause"] = firstCause
		}
		if r.check != "" {
			e.Labels["check"] = r.check
		}
		if hold := r.holdFor(o); hold > 0 {
			e.For = promDuration(hold)
		}
		return e
	}
	if r.limit == "" {
		return []ruleEntry{entry(severity(r.level), r.condition(false))}, nil
	}
	return r.levels(limit, entry), nil
}

// condition is the expression with the labels of the alert alone, so that
// neither a second exporter of the fleet nor a new leader makes it another
// alert; of several values the worst.
func (r rule) condition(below bool) string {
	switch {
	case r.by == "":
		return r.expr
	case below:
		return "min by (fleet, " + r.by + ") (" + r.expr + ")"
	}
	return maxBy(r.by, r.expr)
}

func (r rule) levels(l checks.Limit, entry func(level, expr string) ruleEntry) []ruleEntry {
	scale := r.scale
	if scale == 0 {
		scale = 1
	}
	over, under := " >= ", " < "
	if l.Below {
		over, under = " < ", " >= "
	}
	// Use 12 digits: 95 percent is 0.95, not 0.9500000000000001.
	number := func(v float64) string { return strconv.FormatFloat(v*scale, 'g', 12, 64) }
	value := "(" + r.condition(l.Below) + ")"
	warn := value + over + number(l.Warn)
	if l.Crit != l.Crit { // no critical threshold
		return []ruleEntry{entry("warning", warn)}
	}
	return []ruleEntry{
		entry("warning", "("+warn+")"+under+number(l.Crit)),
		entry("critical", value+over+number(l.Crit)),
	}
}

func (r rule) holdFor(o Options) time.Duration {
	if o.Hold > 0 {
		return min(r.hold, o.Hold)
	}
	return r.hold
}

func severity(l fleet.Level) string {
	switch l {
	case fleet.Crit:
		return "critical"
	case fleet.Warn:
		return "warning"
	}
	return "info"
}

// promDuration formats a duration for Prometheus: 1h, 5m, 1m30s.
func promDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
