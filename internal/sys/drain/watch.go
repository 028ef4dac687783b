package drain

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// Watch follows one drain. It sees every client that connects after it was
// created, so create it before the drain is triggered.
type Watch struct {
	c         *sys.Client
	state     *state
	msgs      chan *nats.Msg
	subs      []*nats.Subscription
	inbox     string
	port      *monitorPort
	quiet     time.Duration
	triggered atomic.Int64 // when the trigger was finished, in Unix nanoseconds; 0 before
	refused   int          // consecutive requests to the server's id without responders
	answered  time.Time    // when the server last answered a system request
}

// quietAfter is how long after the last change a drain counts as over
// although clients are still away: clients wait up to two seconds between
// attempts to reconnect, and then try the next server.
const quietAfter = 10 * time.Second

// ignoredAfter is how long after the trigger a server that still answers counts as
// ignoring it; one in lame duck mode answers no system requests.
const ignoredAfter = 15 * time.Second

// backlog is how many events may be pending.
const backlog = 16384

// lookEvery is how often the server under drain is checked.
const lookEvery = 500 * time.Millisecond

// Follow begins to follow a drain that is about to begin or, with resume,
// has begun earlier; then it also looks for clients that have moved already.
// The caller closes it.
func Follow(ctx context.Context, c *sys.Client, r Record, resume bool) (*Watch, error) {
	w := &Watch{
		c: c, state: newState(r, time.Now()), msgs: make(chan *nats.Msg, backlog),
		inbox: c.Conn().NewInbox(), port: newMonitorPort(r.ID, r.Monitor), quiet: quietAfter,
	}
	for _, subject := range []string{connectSubject, disconnectSubject, lameDuckSubject(r.ID), w.inbox} {
		sub, err := c.Conn().ChanSubscribe(subject, w.msgs)
		if err != nil {
			w.Close()
			return nil, fmt.Errorf("subscribe to %s: %w", subject, err)
		}
		w.subs = append(w.subs, sub)
	}
	if err := c.Flush(ctx); err != nil {
		w.Close()
		return nil, fmt.Errorf("subscribe to the events of the fleet: %w", err)
	}
	if resume {
		w.Triggered()
		w.locate(ctx)
	}
	return w, nil
}

const (
	connectSubject    = "$SYS.ACCOUNT.*.CONNECT"
	disconnectSubject = "$SYS.ACCOUNT.*.DISCONNECT"
)

func lameDuckSubject(id string) string { return "$SYS.SERVER." + id + ".LAMEDUCK" }

// Close ends the watch.
func (w *Watch) Close() {
	for _, sub := range w.subs {
		_ = sub.Unsubscribe() // the connection is gone, and the subscription with it
	}
	w.port.close()
}

// Triggered tells the watch that the trigger of the drain has finished: for
// kicks, that the last one is done.
func (w *Watch) Triggered() { w.triggered.Store(time.Now().UnixNano()) }

// Lost returns the clients that have not been seen on another server. It must not
// be called while [Watch.Progress] is running.
func (w *Watch) Lost() []Client { return w.state.lost() }

// Progress yields the progress of the drain, at least once a second, until every
// client has moved and the server is gone, or nothing has happened for a while
// after that, or ctx ends. The last one of a drain that is over has Last set.
// After kicks the server stays, so only the clients count.
func (w *Watch) Progress(ctx context.Context) iter.Seq[Progress] {
	return func(yield func(Progress) bool) {
		status := w.c.Conn().StatusChanged(nats.CONNECTED)
		defer w.c.Conn().RemoveStatusListener(status)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case m := <-w.msgs:
				w.handle(m)
				continue
			case <-status:
				w.locate(ctx) // events were missed while the connection was lost
			case <-tick.C:
				w.probe(ctx)
			}
			p := w.step(ctx)
			if !yield(p) || p.Last {
				return
			}
		}
	}
}

// step returns the current progress, after a last search for clients that are
// away when the drain seems to be over.
func (w *Watch) step(ctx context.Context) Progress {
	p := w.state.progress(time.Now())
	if w.over(p) && p.Away+p.Unknown > 0 {
		w.locate(ctx)
		p = w.state.progress(time.Now())
	}
	p.Ignored = w.ignored()
	p.Last = w.over(p) || p.Ignored
	return p
}

// over reports whether the drain is over.
func (w *Watch) over(p Progress) bool {
	waiting := p.Away
	switch {
	case w.state.record.Kick && w.triggered.Load() == 0, !w.state.record.Kick && !p.Gone:
		return false
	case w.state.record.Kick:
		waiting += p.Unknown
	}
	return waiting == 0 || time.Since(w.state.changed) > w.quiet
}

// ignored reports whether the server keeps running normally after the trigger.
func (w *Watch) ignored() bool {
	at := time.Unix(0, w.triggered.Load())
	return !w.state.record.Kick && w.triggered.Load() > 0 && !w.state.announced && !w.state.gone &&
		time.Since(at) > ignoredAfter && w.answered.After(at.Add(ignoredAfter/2))
}

// handle handles one message: an event, or an answer from the server's id.
func (w *Watch) handle(m *nats.Msg) {
	now := time.Now()
	switch {
	case m.Subject == w.inbox:
		w.handleProbe(m, now)
	case strings.HasSuffix(m.Subject, ".LAMEDUCK"):
		w.state.announced, w.state.changed = true, now
		w.c.Memory().Draining(w.state.record.ID, now)
	case strings.HasSuffix(m.Subject, ".DISCONNECT"):
		var e server.DisconnectEventMsg
		if json.Unmarshal(m.Data, &e) == nil {
			w.state.disconnect(e.Server.ID, e.Client.ID, infoIdentity(e.Client), now)
		}
	default:
		var e server.ConnectEventMsg
		if json.Unmarshal(m.Data, &e) == nil {
			w.state.connect(e.Server, e.Client.ID, infoIdentity(e.Client), now)
		}
	}
}

// handleProbe handles the answer to the check for the server: no responders means that
// it has ended. It takes two in a row, since new links cause the same answer.
func (w *Watch) handleProbe(m *nats.Msg, now time.Time) {
	if !endpoint.NoResponders(m) {
		w.refused, w.answered = 0, now
		return
	}
	if w.refused++; w.refused >= 2 {
		w.state.ended(now)
		if w.state.announced {
			w.c.Memory().Ended(w.state.record.ID)
		}
	}
}

// probe checks that the server is there, and asks its monitoring port how many
// clients it has. A server in lame duck mode answers only the second request.
func (w *Watch) probe(ctx context.Context) {
	if !w.state.gone {
		subject := endpoint.Lookup(string(fleet.Healthz)).For(w.state.record.ID)
		_ = w.c.Conn().PublishRequest(subject, w.inbox, nil) // a lost connection is detected elsewhere
	}
	if w.state.gone {
		return
	}
	w.state.connected = nil
	if n, ok := w.port.connections(ctx); ok {
		w.state.connected = &n
	}
}

// locate looks for the clients on all other servers, and finds those that moved
// unobserved.
func (w *Watch) locate(ctx context.Context) {
	d := w.state.record
	scopes := []fleet.Scope{{}}
	if d.Cluster != "" {
		scopes = []fleet.Scope{{Cluster: d.Cluster}, {}}
	}
	for _, scope := range scopes {
		snap, err := w.c.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Scope: scope})
		if err != nil {
			return // the next attempt may succeed; what is known stays
		}
		for _, sv := range snap.Servers {
			if sv.Connz == nil {
				continue
			}
			for _, c := range sv.Connz.Conns {
				if c.Start.After(d.Begun) {
					w.state.connect(sv.Info, c.Cid, identify(c.Account, c.AuthorizedUser, c.Name, c.Lang, c.IP), time.Now())
				}
			}
		}
		if p := w.state.progress(time.Now()); p.Away+p.Unknown == 0 {
			return
		}
	}
}
