package tui

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// alertState is what became of an alert.
type alertState int

const (
	firing alertState = iota
	acked
	muted
	resolved
)

var alertStates = [...]string{"firing", "acknowledged", "muted", "resolved"}

// alertRow is one finding over time.
type alertRow struct {
	key    string // rule and object: the same alert as long as both stay
	rule   string
	object string // with where it is
	about  string // the object alone
	where  string // the server, cluster or account that it is in
	level  fleet.Level
	value  string
	limit  string
	text   string
	why    string
	impact string
	next   string
	since  time.Time
	until  time.Time // when it was resolved
	flaps  int
	polls  int
	state  alertState
	note   string // who acknowledged when, or until when it is muted
	now    time.Time
}

type alr = *alertRow

// alertColumns is the table of the Alerts page.
var alertColumns = []view.Column[alr]{
	{Name: "level", Title: "Level", Help: "warn or crit", Wide: true, Value: func(r alr) any { return r.level.String() }, Level: func(r alr) view.Level { return r.level }},
	{Name: "since_seconds", Title: "SINCE", Help: "how long it fires, or fired", Unit: view.Seconds, Value: func(r alr) any { return r.lasted().Seconds() }},
	{Name: "check", Title: "Check", Help: "the check that found it", Value: func(r alr) any { return r.rule }},
	{Name: "object", Title: "OBJECT", Help: "what is concerned", Value: func(r alr) any { return r.object }},
	{Name: "value", Title: "VALUE", Help: "what was measured", Value: func(r alr) any { return blank(r.value) }},
	{Name: "limit", Title: "LIMIT", Help: "what it should be", Value: func(r alr) any { return blank(r.limit) }},
	{Name: "state", Title: "STATE", Help: "firing, acknowledged, muted or resolved", Value: func(r alr) any { return alertStates[r.state] }, Level: func(r alr) view.Level { return r.shown() }},
	{Name: "what", Title: "What", Help: "what is wrong", Value: func(r alr) any { return r.text }},
}

// lasted is how long the alert fires or fired.
func (r *alertRow) lasted() time.Duration {
	if r.state == resolved {
		return age(r.until, r.since).Truncate(time.Second)
	}
	return age(r.now, r.since).Truncate(time.Second)
}

// shown is the level that the row's mark has: what was acknowledged, muted or
// resolved no longer shouts.
func (r *alertRow) shown() fleet.Level {
	if r.state == firing {
		return r.level
	}
	return fleet.OK
}
