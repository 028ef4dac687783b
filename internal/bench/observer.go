package bench

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
)

// observer is a subscriber that shows which messages of the publishers arrived.
type observer struct {
	link  *link
	sub   *subscription
	group *group
}

// newObserver subscribes; nil if the user has no permission.
func newObserver(r *run) (*observer, error) {
	// A denied subscription is not an error of the run.
	l, err := r.linkOver("observer", nil, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		return nil, err
	}
	w := &observer{link: l, group: newGroup(r, 1, r.spec.Pubs)}
	w.group.sinks[0].untimed = true
	w.group.sinks[0].silent = true
	if w.sub, err = subscribe(r, l, r.filter(), w.group.sinks[0]); err != nil {
		return nil, err
	}
	if err := l.nc.FlushTimeout(r.timeout()); err != nil {
		return nil, err
	}
	if errors.Is(l.nc.LastError(), nats.ErrPermissionViolation) {
		l.close()
		return nil, nil
	}
	return w, nil
}

// observerTimeout is how long an observer waits for probes.
const observerTimeout = 2 * time.Second

// reached reports whether messages of all publishers arrive: subjects may be mapped or exported
// elsewhere.
func (w *observer) reached(ctx context.Context, r *run, senders []*sender) bool {
	ctx, cancel := context.WithTimeoutCause(ctx, min(observerTimeout, r.timeout()), ErrNoInterest)
	defer cancel()
	return sendProbes(ctx, r, senders, w.group.probed) == nil
}

// addCounts reports what arrived. The rest is lost, or unknown if the observer was
// disconnected.
func (w *observer) addCounts(rep *report) {
	w.sub.stop(&rep.Client)
	t := &w.group.sinks[0].tally
	rep.Received, rep.Unknown = w.group.unique(), 0
	rep.Dup, rep.Reordered, rep.Corrupt, rep.Foreign = t.dup, t.reordered, t.corrupt, t.foreign
	if missing := max(rep.Expected-rep.Received, 0); w.link.nc.Stats().Reconnects > 0 || !w.link.nc.IsConnected() {
		rep.Unknown = max(missing-rep.Refused, 0)
	}
}
