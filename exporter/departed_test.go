package exporter

import (
	"fmt"
	"testing"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/internal/fleet"
)

func departure(kind fleet.EventKind, id, name string, at time.Time) fleet.Event {
	subject := map[fleet.EventKind]string{fleet.EventLameDuck: "LAMEDUCK", fleet.EventShutdown: "SHUTDOWN"}[kind]
	return fleet.Event{Kind: kind, Server: name, Cluster: "east", Time: at, Subject: "$SYS.SERVER." + id + "." + subject}
}

// A server that announced its end is reported until it is back, with what it did last
// and whether it drained.
func TestDepartures(t *testing.T) {
	e := exporterOf(t, sampleFleet(), WithMinInterval(0))
	e.cfg.now = func() time.Time { return noon }
	hear := func(kind fleet.EventKind, id, name string, ago time.Duration) {
		e.own.departed.add(departure(kind, id, name, noon.Add(-ago)), noon.Add(-ago))
	}
	hear(fleet.EventLameDuck, "NEAST-9", "east-9", 10*time.Minute)
	hear(fleet.EventShutdown, "NEAST-9", "east-9", 8*time.Minute)
	hear(fleet.EventShutdown, "NEAST-8", "east-8", time.Minute)
	hear(fleet.EventShutdown, "NOLD", "east-1", time.Minute) // east-1 answers under its new id
	hear(fleet.EventLameDuck, "NEAST-7", "east-7", 2*time.Hour)
	e.own.departed.add(fleet.Event{Kind: fleet.EventDisconnect, Subject: "$SYS.ACCOUNT.A.DISCONNECT"}, noon)
	got := seriesOf(t, scrapeText(t, e))
	const name = "nats_server_departed_timestamp_seconds"
	if all := pick(got, name); len(all) != 2 {
		t.Errorf("%v", all)
	}
	if drained := pick(got, name, "server_name=east-9", "how=lame_duck"); len(drained) != 1 || drained[0] != number.Unix(noon.Add(-8*time.Minute)) {
		t.Errorf("east-9: %v", drained)
	}
	if shut := pick(got, name, "server_name=east-8", "server_id=NEAST-8", "cluster=east", "how=shutdown"); len(shut) != 1 {
		t.Errorf("east-8: %v", shut)
	}
	if left := len(e.own.departed.byID); left != 2 {
		t.Errorf("%d remembered", left)
	}
}

// Servers that come and go under ever new names do not fill the memory.
func TestDeparturesAreBounded(t *testing.T) {
	var d departures
	for i := range 2 * maxEventNames {
		d.add(departure(fleet.EventShutdown, fmt.Sprint("N", i), fmt.Sprint("pod-", i), noon), noon)
	}
	d.add(departure(fleet.EventShutdown, "N0", "pod-0", noon.Add(time.Minute)), noon.Add(time.Minute)) // of one that is known
	all := d.current(sampleFleet(), noon)
	if len(all) != maxEventNames {
		t.Errorf("%d", len(all))
	}
	if all[0].Name != "pod-0" || all[0].At != noon.Add(time.Minute) {
		t.Errorf("the last word of a known server is lost: %+v", all[0])
	}
}
