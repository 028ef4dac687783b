package live

import (
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// EventRow is one event, or a series of similar ones.
type EventRow struct {
	fleet.Event
	Seq   int // order of arrival; identifies the event
	Times int
}

// EventColumns is the table of the Events page: the columns of `natsctl events`
// and the repeat count.
func EventColumns() []view.Column[*EventRow] {
	return append(view.Lift(view.Events(), func(r *EventRow) fleet.Event { return r.Event }),
		view.Column[*EventRow]{Name: "times", Title: "N", Help: "How often it came in a row.", Unit: view.Count, Wide: true, Value: func(r *EventRow) any { return r.Times }})
}

// Title is the kind in words, with the repeat count.
func (r *EventRow) Title() string {
	s := KindText(r.Kind)
	if r.Times > 1 {
		s += " ×" + view.Count.Format(r.Times)
	}
	return s
}

// Client is the name of the client that connected or disconnected; empty if it
// has no name or the event is not about a client.
func (r *EventRow) Client() string {
	if r.Kind != fleet.EventConnect && r.Kind != fleet.EventDisconnect {
		return ""
	}
	name, _, _ := strings.Cut(r.Who, ", user ")
	name, _, _ = strings.Cut(name, ", cid ")
	if strings.HasPrefix(name, "user ") || strings.HasPrefix(name, "cid ") {
		return ""
	}
	return name
}

// Stream is the name of the stream that a JetStream advisory is about; empty if
// there is none.
func (r *EventRow) Stream() string {
	if r.Kind != fleet.EventAdvisory {
		return ""
	}
	if name, ok := strings.CutPrefix(r.Who, "stream "); ok {
		return name
	}
	name, ok := strings.CutPrefix(r.Who, "consumer ")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, " > ")
	return name
}

// Text adds the address to a reason that says little by itself.
func (r *EventRow) Text() string {
	parts := make([]string, 0, 3)
	if r.Derived {
		parts = append(parts, "derived:")
	}
	if r.Why != "" {
		parts = append(parts, r.Why)
	}
	if r.Where != "" && (r.Kind == fleet.EventConnect || r.Kind == fleet.EventAuthError || r.Kind == fleet.EventLeafConnect) {
		parts = append(parts, "from", r.Where)
	}
	return strings.Join(parts, " ")
}

// like reports whether two events have the same content and object.
func (r *EventRow) like(e fleet.Event) bool {
	return r.Kind == e.Kind && r.Server == e.Server && r.Account == e.Account && r.Who == e.Who && r.Why == e.Why && r.Level == e.Level
}

// FoldEvents merges series of similar events into one with a count; oldest
// first.
func FoldEvents(rows []*EventRow) []*EventRow {
	var out []*EventRow
	for _, r := range rows {
		if n := len(out); n > 0 && out[n-1].like(r.Event) {
			last := *r
			last.Times = out[n-1].Times + r.Times
			last.Seq = out[n-1].Seq
			out[n-1] = &last
			continue
		}
		out = append(out, r)
	}
	return out
}

// keepEvents is the maximum number of events that the dashboard keeps.
const keepEvents = 10_000

// eventRates is the rate of each class of event, for the line above the table.
type eventRates struct {
	Names  [4]string
	PerSec [4]float64
	Curves [4][]float32
}

// eventStore collects events between ticks. If writer and reader are different
// goroutines, they communicate only through the collector's channel.
type eventStore struct {
	rows    []*EventRow
	seq     int
	cleared int // of seq, cleared by the user
	counts  [4]int
	curves  [4][]float32
	rates   eventRates // of the last whole interval
	last    time.Time  // when that ended
	seen    map[string]bool
	order   []string
}

// Classes of events in the line above the table.
var eventSorts = [4]struct {
	name  string
	kinds []fleet.EventKind
}{
	{"connect", []fleet.EventKind{fleet.EventConnect, fleet.EventLeafConnect}},
	{"disconnect", []fleet.EventKind{fleet.EventDisconnect, fleet.EventLeafDisconnect}},
	{"auth err", []fleet.EventKind{fleet.EventAuthError}},
	{"advisory", []fleet.EventKind{fleet.EventAdvisory}},
}

func newEventStore() *eventStore { return &eventStore{seen: map[string]bool{}} }

// add keeps one event, each id once. The servers' periodic connection counts
// per account are not kept: the Accounts page shows them.
func (b *eventStore) add(e fleet.Event) {
	if e.Kind == fleet.EventAccountConns {
		return
	}
	if e.ID != "" {
		if b.seen[e.ID] {
			return
		}
		b.seen[e.ID] = true
		b.order = append(b.order, e.ID)
		if len(b.order) > keepEvents {
			delete(b.seen, b.order[0])
			b.order = b.order[1:]
		}
	}
	for i, s := range eventSorts {
		for _, k := range s.kinds {
			if e.Kind == k {
				b.counts[i]++
			}
		}
	}
	b.seq++
	b.rows = append(b.rows, &EventRow{Event: e, Seq: b.seq, Times: 1})
	if over := len(b.rows) - keepEvents; over > keepEvents/4 {
		b.rows = append(make([]*EventRow, 0, keepEvents*3/2), b.rows[over:]...)
	}
}

// rateSpan is the shortest time over which an event rate is calculated: states
// may follow each other within milliseconds, which is too short for a rate.
const rateSpan = time.Second

// publish returns a copy for the screen, with the rates of the last complete
// interval.
func (b *eventStore) publish(now time.Time) ([]*EventRow, eventRates) {
	switch span := now.Sub(b.last); {
	case b.last.IsZero(), span < 0: // the first call, or the clock was set back
		b.last = now
	case span >= rateSpan:
		b.rate(span)
		b.last = now
	}
	for i, s := range eventSorts {
		b.rates.Names[i], b.rates.Curves[i] = s.name, b.curves[i]
	}
	rows := b.rows
	if over := len(rows) - keepEvents; over > 0 {
		rows = rows[over:]
	}
	return rows[:len(rows):len(rows)], b.rates
}

// rate ends an interval.
func (b *eventStore) rate(span time.Duration) {
	for i := range eventSorts {
		b.rates.PerSec[i] = float64(b.counts[i]) / span.Seconds()
		b.counts[i] = 0
		if b.curves[i] = append(b.curves[i], float32(b.rates.PerSec[i])); len(b.curves[i]) > 400 {
			b.curves[i] = append([]float32(nil), b.curves[i][200:]...)
		}
	}
}

// KindText is a type of event in words.
func KindText(k fleet.EventKind) string { return strings.ReplaceAll(string(k), "_", " ") }

// NewestEvents merges series of similar events into one with a count, newest
// first, up to n: it reads only as many events as it needs.
func NewestEvents(rows []*EventRow, n int) []*EventRow {
	var out []*EventRow
	for i := len(rows) - 1; i >= 0; i-- {
		r := rows[i]
		if last := len(out) - 1; last >= 0 && out[last].like(r.Event) {
			first := *out[last]
			first.Times += r.Times
			first.Seq = r.Seq
			out[last] = &first
			continue
		}
		if len(out) == n {
			break
		}
		out = append(out, r)
	}
	return out
}
