package exporter

import (
	"context"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// counted are the kinds of event that have counters.
var counted = []fleet.EventKind{
	fleet.EventConnect, fleet.EventDisconnect, fleet.EventAuthError, fleet.EventLeafConnect, fleet.EventLeafDisconnect,
	fleet.EventLameDuck, fleet.EventShutdown, fleet.EventAdvisory,
}

// retryEvents is how long to wait before listening again when it could not
// begin: NATS is not up yet, or the user may not.
const retryEvents = 2 * time.Second

// watch counts events until Close. The connection may not stand yet.
func (e *Exporter) watch(client *sys.Client) {
	if !slices.Contains(e.cfg.chosen, "events") {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	e.stop = append(e.stop, func() {
		cancel()
		<-done
	})
	go func() {
		defer close(done)
		retry := time.NewTicker(retryEvents)
		defer retry.Stop()
		for ctx.Err() == nil {
			if e.ready() == nil {
				e.listenEvents(ctx, client)
			}
			select {
			case <-ctx.Done():
			case <-retry.C:
			}
		}
	}()
}

// listenEvents counts events until the stream ends. One that cannot be read is
// not counted.
func (e *Exporter) listenEvents(ctx context.Context, client *sys.Client) {
	for ev, err := range client.Events(ctx, counted...) {
		if err == nil {
			e.own.events.count(ev)
			e.own.departed.note(ev, e.cfg.now())
		}
	}
}
