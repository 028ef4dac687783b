package live

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet/cause"
)

// View is what was seen through one server.
type View struct {
	Server             string
	Answered, Expected int
}

// When the dashboard looks from another server: after so many answers of the
// connected one alone, and at most so often until another answers too.
const (
	loneAnswers = 2
	mostViews   = 5
)

// alone counts the answers in which the connected server alone answered. Only
// the collector uses it.
type aloneCount struct{ rounds int }

// watchConnected looks from another server once the connected one alone answered
// twice: it may be the one that is cut off. What it showed stays in the state.
func (c *Collector) watchConnected() {
	st := &c.state
	if st.Snap == nil || st.Top == nil {
		return
	}
	name, alone := cause.ConnectedServer(st.Snap, st.Top)
	if !alone {
		c.alone = aloneCount{}
		if n := len(st.Views); n > 0 && st.Views[n-1].Server == name {
			st.Views = nil // it is no longer cut off
		}
		return
	}
	c.alone.rounds++
	if c.alone.rounds < loneAnswers || c.feed.Elsewhere == nil || len(st.Views) >= mostViews {
		return
	}
	c.alone = aloneCount{}
	look := View{name, len(st.Snap.Servers), st.Snap.Expected}
	if err := c.feed.Elsewhere(); err != nil {
		st.Notice = fmt.Sprintf("only %s answers, and no other server can be asked: %s", name, err)
		return
	}
	st.Views = append(st.Views[:len(st.Views):len(st.Views)], look)
	st.Notice = fmt.Sprintf("only %s answered (%s): looking from another server of the context", name, Ratio(look.Answered, look.Expected))
	c.askNow = true
}
