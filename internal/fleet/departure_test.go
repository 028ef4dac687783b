package fleet

import (
	"testing"
	"time"
)

// TestDepartureOfOneProcess keeps what a server announced until it answers again
// after lame duck mode, its end for good, and neither for more than an hour.
func TestDepartureOfOneProcess(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	const m = time.Minute
	for _, c := range []struct {
		name          string
		do            func(Departures)
		drains, ended bool
	}{
		{"nothing", func(Departures) {}, false, false},
		{"lame duck mode", func(g Departures) { g.Drain("A", at, at.Add(m)) }, true, false},
		{"its end", func(g Departures) { g.End("A", at) }, false, true},
		{"both", func(g Departures) { g.Drain("A", at, at); g.End("A", at.Add(m)) }, true, true},
		{"another's", func(g Departures) { g.Drain("B", at, at); g.End("B", at) }, false, false},
		{"lame duck mode, and an answer after it", func(g Departures) { g.Drain("A", at, at); g.Answered("A", at.Add(time.Second)) }, false, false},
		{"lame duck mode, and an answer of the same time", func(g Departures) { g.Drain("A", at, at); g.Answered("A", at) }, true, false},
		{"lame duck mode, and an answer from before", func(g Departures) { g.Drain("A", at, at); g.Answered("A", at.Add(-time.Second)) }, true, false},
		{"its end, and an answer after it", func(g Departures) { g.Drain("A", at, at); g.End("A", at); g.Answered("A", at.Add(m)) }, true, true},
		{"an hour ago", func(g Departures) { g.End("A", at); g.ForgetOld(at.Add(time.Hour)) }, false, true},
		{"more than an hour ago", func(g Departures) { g.End("A", at); g.ForgetOld(at.Add(time.Hour + 1)) }, false, false},
		{"said again since", func(g Departures) { g.Drain("A", at, at); g.End("A", at.Add(m)); g.ForgetOld(at.Add(time.Hour + m)) }, true, true},
	} {
		g := Departures{}
		c.do(g)
		if one := g["A"]; one.Drains != c.drains || one.Ended != c.ended {
			t.Errorf("%s: %+v", c.name, one)
		}
	}
}

// TestServerOfDeparture reads the id of a server from the subject of its announcement
// alone.
func TestServerOfDeparture(t *testing.T) {
	for _, c := range []struct {
		event Event
		want  string
	}{
		{Event{Kind: EventShutdown, Subject: "$SYS.SERVER.NID.SHUTDOWN"}, "NID"},
		{Event{Kind: EventLameDuck, Subject: "$SYS.SERVER.NID.LAMEDUCK"}, "NID"},
		{Event{Kind: EventAuthError, Subject: "$SYS.SERVER.NID.CLIENT.AUTH.ERR"}, ""},
		{Event{Kind: EventDisconnect, Subject: "$SYS.ACCOUNT.APP.DISCONNECT"}, ""},
		{Event{Kind: EventShutdown}, ""},
	} {
		if got := c.event.ServerID(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.event, got, c.want)
		}
	}
}
