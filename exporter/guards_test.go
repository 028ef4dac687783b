package exporter

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// A name is remembered for exactly a minute, from the last time it was added.
func TestLatelyForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newRecentNames(time.Now)
		l.add("a")
		<-time.After(recentFor / 2)
		l.add("b")
		<-time.After(recentFor / 2)
		if !l.has("a") || !l.has("b") || l.has("c") {
			t.Error("a name of a minute ago is forgotten, or one is known that never was")
		}
		<-time.After(time.Nanosecond)
		if l.has("a") || !l.has("b") {
			t.Error("a name of more than a minute ago is remembered, or a younger one is not")
		}
		l.add("b") // again, and so for another minute
		<-time.After(recentFor)
		if !l.has("b") {
			t.Error("the second time does not count")
		}
		l.drop("b")
		if l.has("b") {
			t.Error("a dropped name is remembered")
		}
	})
}

// The memory does not grow: what is older than a minute goes.
func TestLatelyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newRecentNames(time.Now)
		for i := range 10 {
			for k := range 100 {
				l.add(fmt.Sprint(i, "-", k))
			}
			<-time.After(recentFor + time.Second)
		}
		if n := len(l.at); n > 200 {
			t.Errorf("%d names are held, of which none counts", n)
		}
	})
}

// An announcement is reported for an hour, and for as long as its server is not back
// under another id.
func TestDeparturesOverTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d departures
		snap := func(id string) *fleet.Snapshot {
			s := &fleet.Snapshot{}
			if id != "" {
				sv := sampleServer("east-9", "east", "", 1)
				sv.Info.ID = id
				s.Servers = append(s.Servers, sv)
			}
			return s
		}
		count := func(id string) int { return len(d.current(snap(id), time.Now())) }
		bye := func(kind fleet.EventKind, id string) { d.add(departure(kind, id, "east-9", time.Now()), time.Now()) }
		bye(fleet.EventLameDuck, "N1")
		if count("") != 1 || count("N1") != 1 {
			t.Error("a draining server, answering or not, is not told of")
		}
		if count("N2") != 0 || count("") != 0 {
			t.Error("it is back under a new id, and still gone")
		}
		bye(fleet.EventShutdown, "N2")
		<-time.After(departMemory)
		if count("") != 1 {
			t.Error("forgotten within the hour")
		}
		<-time.After(time.Nanosecond)
		if count("") != 0 {
			t.Error("told of for more than an hour")
		}
		bye(fleet.EventShutdown, "N3")
		<-time.After(departMemory - time.Minute)
		bye(fleet.EventShutdown, "N3") // said again
		<-time.After(departMemory - time.Minute)
		if count("") != 1 {
			t.Error("the hour does not begin with the last word")
		}
	})
}

// What a server did last is told, but one that drained has drained.
func TestDeparturesReportHow(t *testing.T) {
	for _, tt := range []struct {
		said []fleet.EventKind
		want fleet.EventKind
	}{
		{[]fleet.EventKind{fleet.EventShutdown}, fleet.EventShutdown},
		{[]fleet.EventKind{fleet.EventLameDuck}, fleet.EventLameDuck},
		{[]fleet.EventKind{fleet.EventLameDuck, fleet.EventShutdown}, fleet.EventLameDuck},
		{[]fleet.EventKind{fleet.EventShutdown, fleet.EventLameDuck}, fleet.EventLameDuck},
		{[]fleet.EventKind{fleet.EventConnect}, ""},
	} {
		var d departures
		for _, kind := range tt.said {
			ev := departure(kind, "N9", "east-9", noon)
			ev.Subject = "$SYS.SERVER.N9.X"
			d.add(ev, noon)
		}
		var got fleet.EventKind
		if all := d.current(sampleFleet(), noon); len(all) == 1 {
			got = all[0].How
		}
		if got != tt.want {
			t.Errorf("%v: %q, want %q", tt.said, got, tt.want)
		}
	}
}

// An announcement on a subject that names no server is not believed.
func TestDeparturesNeedAnID(t *testing.T) {
	for _, subject := range []string{"", "$SYS.SERVER.SHUTDOWN", "$SYS.SERVER.N9.SHUTDOWN.more", "SHUTDOWN"} {
		var d departures
		ev := departure(fleet.EventShutdown, "N9", "east-9", noon)
		ev.Subject = subject
		d.add(ev, noon)
		if all := d.current(sampleFleet(), noon); len(all) != 0 {
			t.Errorf("%q: %+v", subject, all[0])
		}
	}
}

// An announcement does not outlive its server: one that came back and then died
// without notice has said nothing.
func TestOldDepartureExcusesNobody(t *testing.T) {
	var d departures
	d.add(departure(fleet.EventShutdown, "N1", "east-1", noon), noon)
	back := &fleet.Snapshot{Servers: []*fleet.Server{sampleServer("east-1", "east", "", 1)}}
	back.Servers[0].Info.ID = "N2"
	d.current(back, noon.Add(time.Minute))
	if all := d.current(&fleet.Snapshot{}, noon.Add(2*time.Minute)); len(all) != 0 {
		t.Errorf("%+v", all[0])
	}
}

// Two servers of one name, in two clusters, are two: one that is back does not
// take the other's announcement away.
func TestNamesakesDepartApart(t *testing.T) {
	var d departures
	gone := departure(fleet.EventShutdown, "NW", "n1", noon)
	gone.Cluster = "west"
	d.add(gone, noon)
	alive := &fleet.Snapshot{Servers: []*fleet.Server{sampleServer("n1", "east", "", 1)}}
	if all := d.current(alive, noon); len(all) != 1 {
		t.Errorf("the namesake's answer takes the announcement away: %v", all)
	}
	back := &fleet.Snapshot{Servers: []*fleet.Server{sampleServer("n1", "west", "", 1)}}
	if all := d.current(back, noon); len(all) != 0 {
		t.Errorf("it is back, and still gone: %v", all)
	}
}
