package widget

import (
	"math"

	"github.com/natsctl/natsctl/internal/view"
)

// moving are the columns whose values do not change without activity, so that a
// changed value is marked until the next answer.
var moving = map[string]bool{
	"conns": true, "subs": true, "leafs": true, "slow_consumers": true, "stalled_clients": true, "streams": true, "consumers": true,
	"ha_assets": true, "pending_bytes": true, "pending": true, "ack_pending": true, "redelivered": true, "lag": true,
}

// reading is the current and previous values of a row's moving columns.
type reading struct {
	data     uint64 // the answer that now belongs to
	now, was map[string]float64
}

// maxReadings limits the number of rows that a list keeps readings of.
const maxReadings = 1000

// recordReading records the value of a visible cell and returns the sign of its change
// since the previous answer: less than 0, 0, or more.
func (l *List) recordReading(row int, head view.Head, raw any) int {
	f, ok := asNumber(raw)
	if !ok || !moving[head.Name] {
		return 0
	}
	if l.readings == nil || len(l.readings) > maxReadings {
		l.readings = map[string]*reading{}
	}
	key := l.Sheet.Key(row)
	r := l.readings[key]
	if r == nil {
		r = &reading{data: l.From.Data, now: map[string]float64{}}
		l.readings[key] = r
	}
	if r.data != l.From.Data {
		r.data, r.was, r.now = l.From.Data, r.now, map[string]float64{}
	}
	r.now[head.Name] = f
	before, known := r.was[head.Name]
	switch {
	case !known || before == f || math.IsNaN(before):
		return 0
	case before < f:
		return 1
	}
	return -1
}
