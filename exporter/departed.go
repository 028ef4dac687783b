package exporter

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// departMemory is how long a server that announced its end is reported: as long
// as the alerts look back for servers that are no longer expected.
const departMemory = time.Hour

// departures records the servers that announced their end and have not come
// back. It is safe for concurrent use; the zero value is ready to use.
type departures struct {
	mu   sync.Mutex
	byID map[string]*scrape.Departure
}

// add records an event that announces the end of a server; others are ignored.
// A server that drained before it shut down is recorded as drained.
func (d *departures) add(ev fleet.Event, now time.Time) {
	tokens := strings.Split(ev.Subject, ".") // $SYS.SERVER.<id>.SHUTDOWN
	if ev.Kind != fleet.EventLameDuck && ev.Kind != fleet.EventShutdown || len(tokens) != 4 {
		return
	}
	gone := &scrape.Departure{ID: tokens[2], Name: ev.Server, Cluster: ev.Cluster, How: ev.Kind, At: ev.Time, Received: now}
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.byID[gone.ID]
	if old != nil && old.How == fleet.EventLameDuck {
		gone.How = old.How
	}
	if d.byID == nil {
		d.byID = map[string]*scrape.Departure{}
	}
	if old != nil || len(d.byID) < maxEventNames {
		d.byID[gone.ID] = gone
	}
}

// current drops servers that came back with a new id or left long ago, and
// returns the others by name.
func (d *departures) current(snap *fleet.Snapshot, now time.Time) []*scrape.Departure {
	type place struct{ name, cluster string } // clusters may have servers of the same name
	lives := map[place]string{}
	for _, sv := range snap.Servers {
		lives[place{sv.Info.Name, sv.Info.Cluster}] = sv.Info.ID
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*scrape.Departure
	for id, gone := range d.byID {
		if life, back := lives[place{gone.Name, gone.Cluster}]; back && life != id || now.Sub(gone.Received) > departMemory {
			delete(d.byID, id)
			continue
		}
		out = append(out, gone)
	}
	slices.SortFunc(out, func(a, b *scrape.Departure) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out
}
