package live

import (
	"math"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TrailPoints is how many values are kept for each connection, and trailsMax
// for how many connections; with more connections, only those with traffic are
// kept.
const (
	TrailPoints = 60
	trailsMax   = 2000
)

// ConnKey identifies a connection over time: the server's process and the
// connection id.
type ConnKey struct {
	server string
	cid    uint64
}

// Trail is the last values of a connection, oldest first.
type Trail struct{ In, Out, Pending []float32 }

// Trails are those of the connections shown. Published trails never change: the
// collector only appends to them.
type Trails map[ConnKey]Trail

// ConnKeyOf is the key of a connection's trail.
func ConnKeyOf(r *fleet.ConnRow) ConnKey { return ConnKey{r.Server.Info.ID, r.Info.Cid} }

// next adds the values of an answer; closed connections are dropped.
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

// longer appends a value and keeps the last ones.
func longer(s []float32, v float32) []float32 {
	if len(s) == cap(s) && len(s) >= TrailPoints {
		s = append(make([]float32, 0, TrailPoints*2), s[len(s)-TrailPoints+1:]...)
	}
	return append(s, v)
}

// trendPoints is how many values a trend is calculated from.
const trendPoints = 4

// FullIn is the time until growing pending bytes reach their limit, at which
// the server closes the connection as a slow consumer; false if they do not
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

// addTrails adds the connections to their trails if they were requested.
func (d *Deriver) addTrails(st *State, asked fleet.Want) {
	switch {
	case asked.Has(fleet.Connz):
		d.trails = d.trails.next(st.Conns)
	case len(st.Conns) == 0:
		d.trails = nil
	}
	st.Trails = d.trails
}
