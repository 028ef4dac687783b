package exporter

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// departMemory is for how long a server that said goodbye is told of: as long
// as the alerts look back for servers that nobody expects any more.
const departMemory = time.Hour

// departure is a server that announced its end: nobody expects it to answer.
type departure struct {
	id, name, cluster string
	how               fleet.EventKind // lame_duck if it drained first, else shutdown
	at                time.Time       // the last announcement, by the server's own clock
	heard             time.Time       // the same by ours
}

// departures remembers who said goodbye and has not come back. It is safe for
// concurrent use; the zero value is ready.
type departures struct {
	mu   sync.Mutex
	byID map[string]*departure
}

// note takes an event; those that are no goodbye change nothing. A server that
// drained and then ended has drained.
func (d *departures) note(ev fleet.Event, now time.Time) {
	tokens := strings.Split(ev.Subject, ".") // $SYS.SERVER.<id>.SHUTDOWN
	if ev.Kind != fleet.EventLameDuck && ev.Kind != fleet.EventShutdown || len(tokens) != 4 {
		return
	}
	gone := &departure{id: tokens[2], name: ev.Server, cluster: ev.Cluster, how: ev.Kind, at: ev.Time, heard: now}
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.byID[gone.id]
	if old != nil && old.how == fleet.EventLameDuck {
		gone.how = old.how
	}
	if d.byID == nil {
		d.byID = map[string]*departure{}
	}
	if old != nil || len(d.byID) < maxEventNames {
		d.byID[gone.id] = gone
	}
}

// current forgets who came back under a new id, or left long ago, and returns
// the others by name.
func (d *departures) current(snap *fleet.Snapshot, now time.Time) []*departure {
	type place struct{ name, cluster string } // clusters may have servers of the same name
	lives := map[place]string{}
	for _, sv := range snap.Servers {
		lives[place{sv.Info.Name, sv.Info.Cluster}] = sv.Info.ID
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*departure
	for id, gone := range d.byID {
		if life, back := lives[place{gone.name, gone.cluster}]; back && life != id || now.Sub(gone.heard) > departMemory {
			delete(d.byID, id)
			continue
		}
		out = append(out, gone)
	}
	slices.SortFunc(out, func(a, b *departure) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	})
	return out
}

var serverDeparted = &group[*departure]{
	set: Native, collector: "events", labels: with(serverLabels, "how"),
	each: func(v *view, yield func(*departure)) {
		for _, d := range v.beside.departed {
			yield(d)
		}
	},
	ident: func(d *departure, v []string) {
		v[0], v[1], v[2], v[3] = d.id, d.name, d.cluster, string(d.how)
	},
	rows: []row[*departure]{
		{name: "nats_server_departed_timestamp_seconds", help: "When a server announced its end, for an hour or until it is back, with how: lame_duck if it drained, else shutdown. Only of announcements that the exporter heard.", value: func(d *departure) float64 { return unix(d.at) }},
	},
}
