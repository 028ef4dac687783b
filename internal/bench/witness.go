package bench

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
)

// witness is a subscriber that shows which messages of the publishers arrived.
type witness struct {
	link  *link
	sub   *subscription
	group *group
}

// newWitness subscribes; nil if the user has no permission.
func newWitness(r *run) (*witness, error) {
	// A denied subscription is not an error of the run.
	l, err := r.linkOver("witness", nil, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		return nil, err
	}
	w := &witness{link: l, group: newGroup(r, 1, r.spec.Pubs)}
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

// witnessPatience is how long a witness waits for probes.
const witnessPatience = 2 * time.Second

// reached reports whether messages of all publishers arrive: subjects may be mapped or exported
// elsewhere.
func (w *witness) reached(ctx context.Context, r *run, senders []*sender) bool {
	ctx, cancel := context.WithTimeoutCause(ctx, min(witnessPatience, r.timeout()), ErrNoInterest)
	defer cancel()
	return sendProbes(ctx, r, senders, w.group.probed) == nil
}

// testify reports what arrived. The rest is lost, or unknown if the witness was
// disconnected.
func (w *witness) testify(rep *report) {
	w.sub.stop(&rep.Client)
	t := &w.group.sinks[0].tally
	rep.Received, rep.Unknown = w.group.unique(), 0
	rep.Dup, rep.Reordered, rep.Corrupt, rep.Foreign = t.dup, t.reordered, t.corrupt, t.foreign
	if missing := max(rep.Expected-rep.Received, 0); w.link.nc.Stats().Reconnects > 0 || !w.link.nc.IsConnected() {
		rep.Unknown = max(missing-rep.Refused, 0)
	}
}
