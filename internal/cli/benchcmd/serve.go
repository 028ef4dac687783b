package benchcmd

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/cli"
)

// serveReport reports the work of responders: on a terminal as a counting line,
// and always the events of their connections.
type serveReport struct {
	env    *cli.Env
	served int64
	line   bool // the counting line is on the screen, without a newline
}

// update is called once a second, and at each event.
func (w *serveReport) update(s bench.ServeState) {
	for _, n := range s.News {
		w.endLine()
		w.env.Note("", w.describe(n))
	}
	if w.env.ErrTTY && s.Served != w.served {
		w.line = true
		_, _ = fmt.Fprintf(w.env.Err, "\r%s answered", cli.Plural(int(s.Served), "request"))
	}
	w.served = s.Served
}

// endLine ends the counting line with a newline.
func (w *serveReport) endLine() {
	if w.line {
		_, _ = fmt.Fprintln(w.env.Err)
	}
	w.line = false
}

// end prints the totals.
func (w *serveReport) end() {
	if w.endLine(); w.served > 0 {
		w.env.Note("", cli.Plural(int(w.served), "request")+" answered in total")
	}
}

// describe describes an event and its effect on the requests.
func (serveReport) describe(n result.Event) string {
	switch n.Kind {
	case bench.EventDisconnected:
		return n.Who + " has lost its connection (" + n.Detail + ") and does not answer until it has reconnected"
	case bench.EventReconnected:
		return n.Who + " is connected again, to " + n.Detail + ", and answers"
	case bench.EventDenied:
		return n.Who + " may not send its answers: " + n.Detail
	case "error":
		return n.Who + ": " + n.Detail
	}
	return n.Who + ": " + n.Kind + ", " + n.Detail
}
