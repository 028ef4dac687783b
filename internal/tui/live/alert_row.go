package live

import (
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/view"
)

// AlertState is the state of an alert.
type AlertState int

// The states. Firing is the zero value.
const (
	Firing AlertState = iota
	Acknowledged
	Muted
	Resolved
)

// AlertStates are the names of the states.
var AlertStates = [...]string{"firing", "acknowledged", "muted", "resolved"}

// String returns the name of the state.
func (s AlertState) String() string { return AlertStates[s] }

// AlertRow is one finding over time.
type AlertRow struct {
	Key    string // rule and object: the alert is the same while both are the same
	Check  string
	Title  string // includes the location
	Object string // the object alone
	Where  string // the server, cluster or account of the object
	Level  fleet.Level
	value  string
	limit  string
	What   string
	Why    string
	Impact string
	Next   string
	Since  time.Time
	until  time.Time // when it was resolved
	Flaps  int
	Polls  int
	State  AlertState
	Note   string // who acknowledged when, or until when it is muted
	Now    time.Time

	Cause   string // the object of the cause that explains it; empty: none, as it is over
	Follows bool   // it follows from the cause, rather than showing it
	About   checks.Subject
	finding checks.Finding
	place   int // in the order of causes
}

// AlertColumns is the table of the Alerts page.
var AlertColumns = []view.Column[*AlertRow]{
	{Name: "level", Title: "Level", Help: "warn or crit", Wide: true, Value: func(r *AlertRow) any { return r.Level.String() }, Level: func(r *AlertRow) view.Level { return r.Level }},
	{Name: "since_seconds", Title: "SINCE", Help: "how long it fires, or fired", Unit: view.Seconds, Value: func(r *AlertRow) any { return r.Duration().Seconds() }},
	{Name: "check", Title: "Check", Help: "the check that found it", Value: func(r *AlertRow) any { return r.Check }},
	{Name: "object", Title: "OBJECT", Help: "what is concerned", Value: func(r *AlertRow) any { return r.Title }},
	{Name: "cause", Title: "CAUSE", Help: "the object of the cause that it follows from", Value: func(r *AlertRow) any {
		if !r.Follows {
			return ""
		}
		return r.Cause
	}},
	{Name: "value", Title: "VALUE", Help: "what was measured", Value: func(r *AlertRow) any { return NotEmpty(r.value) }},
	{Name: "limit", Title: "LIMIT", Help: "what it should be", Value: func(r *AlertRow) any { return NotEmpty(r.limit) }},
	{Name: "state", Title: "STATE", Help: "firing, acknowledged, muted or resolved", Value: func(r *AlertRow) any { return r.State.String() }, Level: func(r *AlertRow) view.Level { return r.ShownLevel() }},
	{Name: "what", Title: "What", Help: "what is wrong", Value: func(r *AlertRow) any { return r.What }},
}

// Duration is how long the alert has been firing, or fired.
func (r *AlertRow) Duration() time.Duration {
	if r.State == Resolved {
		return Age(r.until, r.Since).Truncate(time.Second)
	}
	return Age(r.Now, r.Since).Truncate(time.Second)
}

// ShownLevel is the level of the row's mark: acknowledged, muted and resolved
// alerts are not highlighted.
func (r *AlertRow) ShownLevel() fleet.Level {
	if r.State == Firing {
		return r.Level
	}
	return fleet.OK
}

// JSON is the alert in machine-readable form.
func (r *AlertRow) JSON() any {
	return map[string]any{
		"check": r.Check, "object": r.Title, "level": r.Level.String(), "state": r.State.String(), "since": r.Since,
		"cause": r.Cause, "value": r.value, "limit": r.limit, "what": r.What, "why": r.Why, "impact": r.Impact, "next": r.Next,
	}
}

// alertKey identifies the alert of a finding. Accounts of one name may have streams
// and consumers of one name.
func alertKey(f checks.Finding) string {
	key := f.Check + "|" + f.Where + "|" + f.Object
	if f.Object == f.About.Stream || f.Object == f.About.Consumer {
		key += "|" + f.About.Account
	}
	return key
}

// checksFor are the checks that the answers are sufficient for: stream checks
// need an answer from every replica, which only some pages request.
func checksFor(s *fleet.Snapshot) []*checks.Check {
	return slices.DeleteFunc(checks.All(), func(c *checks.Check) bool {
		if s.Own != nil && (!c.Asset || c.Rates || slices.ContainsFunc(c.Needs, func(k fleet.Kind) bool { return k != fleet.Jsz })) {
			return true // what servers report about themselves is not available
		}
		return c.Asset && !s.Want.JS.AllReplicas
	})
}
