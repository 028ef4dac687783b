package exporter

import (
	"fmt"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
)

// accountWatch subscribes in one account to what is only published there.
type accountWatch struct {
	name    string
	nc      *nats.Conn
	latency map[string]string // service by subject
}

// WatchAccount adds data that is only available inside the account, using a
// connection of one of its users: the statistics of its micro services, the
// latency that servers measure for its services (each given as
// SERVICE=SUBJECT), and the advisories of its streams and consumers. It must be
// called before the first scrape. The connection may still be connecting; the
// exporter does not close it.
func (e *Exporter) WatchAccount(name string, nc *nats.Conn, latency ...string) error {
	w := accountWatch{name: name, nc: nc, latency: map[string]string{}}
	for _, l := range latency {
		service, subject, ok := strings.Cut(l, "=")
		if !ok || service == "" || subject == "" {
			return fmt.Errorf("%w: latency %q is not SERVICE=SUBJECT", ErrOption, l)
		}
		w.latency[subject] = service
	}
	e.watchOnce.Do(func() {
		e.own.latency, e.own.account = newLatencyMetrics(), newAccountMetrics()
		e.own.add(e.own.latency.all()...)
		e.own.add(e.own.account.all()...)
	})
	e.watched = append(e.watched, w)
	return e.listen(w)
}

func (e *Exporter) listen(w accountWatch) error {
	apps := newLabelLimit(maxEventNames / 10)
	subs := map[string]nats.MsgHandler{
		"$JS.EVENT.ADVISORY.>": func(m *nats.Msg) { e.own.account.advisory(w.name, m.Subject, m.Data) },
		"$JS.EVENT.METRIC.>":   func(m *nats.Msg) { e.own.account.metric(w.name, m.Subject, m.Data) },
	}
	for subject, service := range w.latency {
		subs[subject] = func(m *nats.Msg) { e.own.latency.observe(service, w.name, apps, m.Data) }
	}
	for subject, handle := range subs {
		sub, err := w.nc.Subscribe(subject, handle)
		if err != nil {
			return fmt.Errorf("account %s: subscribe to %s: %w", w.name, subject, err)
		}
		var once sync.Once
		e.stop = append(e.stop, func() {
			once.Do(func() { _ = sub.Unsubscribe() }) // the connection is closed, and the subscription with it
		})
	}
	return nil
}
