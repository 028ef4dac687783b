package tui

import (
	"math"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// trailPoints is how many readings of a connection are kept, and trailsMax of
// how many connections: with more than that, of those with traffic alone.
const (
	trailPoints = 60
	trailsMax   = 2000
)

// connAt names a connection over time: a server's process and its number there.
type connAt struct {
	server string
	cid    uint64
}

// connTrail is the last readings of a connection, oldest first.
type connTrail struct{ in, out, pending []float32 }

// connTrails are those of the connections shown. What was handed over is never
// changed: the collector only writes behind its ends.
type connTrails map[connAt]connTrail

func atOf(r con) connAt { return connAt{r.Server.Info.ID, r.Info.Cid} }

// next adds the readings of an answer; connections that are gone are
// forgotten.
func (t connTrails) next(rows []con) connTrails {
	out := make(connTrails, min(len(rows), trailsMax))
	for _, r := range rows {
		if r.Info.Stop != nil || len(out) >= trailsMax {
			continue
		}
		if len(rows) > trailsMax && r.Info.Pending == 0 && r.Traffic.OutMsgs.PerSecond+r.Traffic.InMsgs.PerSecond == 0 {
			continue
		}
		at := atOf(r)
		old := t[at]
		out[at] = connTrail{
			in: longer(old.in, pointOf(r.Traffic.InMsgs)), out: longer(old.out, pointOf(r.Traffic.OutMsgs)),
			pending: longer(old.pending, float32(r.Info.Pending)),
		}
	}
	return out
}

// longer appends a reading and keeps the last ones.
func longer(s []float32, v float32) []float32 {
	if len(s) == cap(s) && len(s) >= trailPoints {
		s = append(make([]float32, 0, trailPoints*2), s[len(s)-trailPoints+1:]...)
	}
	return append(s, v)
}

// trendPoints is how many readings a trend is made from.
const trendPoints = 4

// fullIn is when pending bytes that keep growing reach their limit, at which
// the server ends the connection as a slow consumer; false when they do not
// grow, or not within ten minutes.
func (t connTrail) fullIn(limit int64, every time.Duration) (time.Duration, bool) {
	if limit <= 0 || len(t.pending) < trendPoints {
		return 0, false
	}
	last := t.pending[len(t.pending)-trendPoints:]
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

// lookConns adds the connections to their trails when they were asked.
func (d *deriver) lookConns(st *State, asked fleet.Want) {
	switch {
	case asked.Has(fleet.Connz):
		d.trails = d.trails.next(st.Conns)
	case len(st.Conns) == 0:
		d.trails = nil
	}
	st.Trails = d.trails
}
