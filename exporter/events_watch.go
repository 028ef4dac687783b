package exporter

import (
	"context"
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

// watchEvents hands events to count until stop is called. The connection may
// not stand yet: ready tells whether it does.
func watchEvents(client *sys.Client, ready func() error, count func(fleet.Event)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		retry := time.NewTicker(retryEvents)
		defer retry.Stop()
		for ctx.Err() == nil {
			if ready() == nil {
				listenEvents(ctx, client, count)
			}
			select {
			case <-ctx.Done():
			case <-retry.C:
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// listenEvents counts events until the stream ends. One that cannot be read is
// not counted.
func listenEvents(ctx context.Context, client *sys.Client, count func(fleet.Event)) {
	for ev, err := range client.Events(ctx, counted...) {
		if err == nil {
			count(ev)
		}
	}
}
