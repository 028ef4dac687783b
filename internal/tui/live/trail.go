package live

import (
	"math"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TrailPoints is how many readings of a connection are kept, and trailsMax of
// how many connections: with more than that, of those with traffic alone.
const (
	TrailPoints = 60
	trailsMax   = 2000
)

// ConnKey names a connection over time: a server's process and its number there.
type ConnKey struct {
	server string
	cid    uint64
}

// Trail is the last readings of a connection, oldest first.
type Trail struct{ In, Out, Pending []float32 }

// Trails are those of the connections shown. What was handed over is never
// changed: the collector only writes behind its ends.
type Trails map[ConnKey]Trail

// ConnKeyOf is the key of a connection's trail.
func ConnKeyOf(r *fleet.ConnRow) ConnKey { return ConnKey{r.Server.Info.ID, r.Info.Cid} }

// next adds the readings of an answer; connections that are gone are
// forgotten.
func (t Trails) next(rows []*fleet.ConnRow) Trails {
	out := make(Trails, min(len(rows), trailsMax))
	for _, r := range rows {
		if r.Info.Stop != nil || len(out) >= trailsMax {
			continue
		}
		if len(rows) > trailsMax && r.Info.Pending == 0 && r.Traffic.OutMsgs.PerSecond+r.Traffic.InMsgs.PerSecond == 0 {
			continue
		}
		at := ConnKeyOf(r)
		old := t[at]
		out[at] = Trail{
			In: longer(old.In, pointOf(r.Traffic.InMsgs)), Out: longer(old.Out, pointOf(r.Traffic.OutMsgs)),
			Pending: longer(old.Pending, float32(r.Info.Pending)),
		}
	}
	return out
}

// longer appends a reading and keeps the last ones.
func longer(s []float32, v float32) []float32 {
	if len(s) == cap(s) && len(s) >= TrailPoints {
		s = append(make([]float32, 0, TrailPoints*2), s[len(s)-TrailPoints+1:]...)
	}
	return append(s, v)
}

// trendPoints is how many readings a trend is made from.
const trendPoints = 4

// FullIn is when pending bytes that keep growing reach their limit, at which
// the server ends the connection as a slow consumer; false when they do not
// grow, or not within ten minutes.
func (t Trail) FullIn(limit int64, every time.Duration) (time.Duration, bool) {
	if limit <= 0 || len(t.Pending) < trendPoints {
		return 0, false
	}
	last := t.Pending[len(t.Pending)-trendPoints:]
	for i := 1; i < len(last); i++ {
		if !(last[i] > last[i-1]) {
			return 0, false
		}
	}
	perSec := float64(last[trendPoints-1]-last[0]) / (every.Seconds() * (trendPoints - 1))
	secs := (float64(limit) - float64(last[trendPoints-1])) / perSec
	if math.IsNaN(secs) || secs < 0 || secs > 600 {
		return 0, false
	}
	return time.Duration(secs * float64(time.Second)).Truncate(time.Second), true
}

// addTrails adds the connections to their trails when they were asked.
func (d *Deriver) addTrails(st *State, asked fleet.Want) {
	switch {
	case asked.Has(fleet.Connz):
		d.trails = d.trails.next(st.Conns)
	case len(st.Conns) == 0:
		d.trails = nil
	}
	st.Trails = d.trails
}
