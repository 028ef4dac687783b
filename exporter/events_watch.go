package exporter

import (
	"context"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// counted lists the kinds of events that have counters.
var counted = []fleet.EventKind{
	fleet.EventConnect, fleet.EventDisconnect, fleet.EventAuthError, fleet.EventLeafConnect, fleet.EventLeafDisconnect,
	fleet.EventLameDuck, fleet.EventShutdown, fleet.EventAdvisory,
}

// retryEvents is the delay before subscribing again after a failure: NATS is
// not up yet, or the user lacks permission.
const retryEvents = 2 * time.Second

// watchEvents calls count for each event until stop is called. The connection
// may not be established yet; ready reports whether it is.
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

// listenEvents counts events until the stream ends. Events that cannot be
// parsed are not counted.
func listenEvents(ctx context.Context, client *sys.Client, count func(fleet.Event)) {
	for ev, err := range client.Events(ctx, counted...) {
		if err == nil {
			count(ev)
		}
	}
}
