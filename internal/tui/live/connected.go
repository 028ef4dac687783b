package live

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet/cause"
)

// Look is what was seen through one server.
type Look struct {
	Server             string
	Answered, Expected int
}

// When the dashboard looks from another server: after so many answers of the
// connected one alone, and at most so often until another answers too.
const (
	loneAnswers = 2
	mostLooks   = 5
)

// seat counts the answers in which the connected server alone answered. Only
// the collector uses it.
type seat struct{ alone int }

// watchSeat looks from another server once the connected one alone answered
// twice: it may be the one that is cut off. What it showed stays in the state.
func (c *Collector) watchSeat() {
	st := &c.state
	if st.Snap == nil || st.Top == nil {
		return
	}
	name, alone := cause.Seat(st.Snap, st.Top)
	if !alone {
		c.seat = seat{}
		if n := len(st.Looks); n > 0 && st.Looks[n-1].Server == name {
			st.Looks = nil // it is no longer cut off
		}
		return
	}
	c.seat.alone++
	if c.seat.alone < loneAnswers || c.feed.Elsewhere == nil || len(st.Looks) >= mostLooks {
		return
	}
	c.seat = seat{}
	look := Look{name, len(st.Snap.Servers), st.Snap.Expected}
	if err := c.feed.Elsewhere(); err != nil {
		st.Notice = fmt.Sprintf("only %s answers, and no other server can be asked: %s", name, err)
		return
	}
	st.Looks = append(st.Looks[:len(st.Looks):len(st.Looks)], look)
	st.Notice = fmt.Sprintf("only %s answered (%s): looking from another server of the context", name, Ratio(look.Answered, look.Expected))
	c.askNow = true
}
