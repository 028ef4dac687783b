package benchcmd

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/cli"
)

// serveWords tells how responders fare: on a terminal in a line that counts,
// and everywhere what happens to their connections.
type serveWords struct {
	env    *cli.Env
	served int64
	line   bool // the counting line stands there, without an end
}

// tell is called once a second, and when something has happened.
func (w *serveWords) tell(s bench.ServeState) {
	for _, n := range s.News {
		w.feed()
		w.env.Say("", w.words(n))
	}
	if w.env.ErrTTY && s.Served != w.served {
		w.line = true
		_, _ = fmt.Fprintf(w.env.Err, "\r%s answered", cli.Plural(int(s.Served), "request"))
	}
	w.served = s.Served
}

// feed ends the counting line.
func (w *serveWords) feed() {
	if w.line {
		_, _ = fmt.Fprintln(w.env.Err)
	}
	w.line = false
}

// end says what was done in all.
func (w *serveWords) end() {
	if w.feed(); w.served > 0 {
		w.env.Say("", cli.Plural(int(w.served), "request")+" answered in all")
	}
}

// words say what happened, and what it means for the requests.
func (serveWords) words(n result.Event) string {
	switch n.Kind {
	case bench.EventDisconnected:
		return n.Who + " has lost its connection (" + n.Detail + ") and answers nothing until it is back; it tries again"
	case bench.EventReconnected:
		return n.Who + " is connected again, to " + n.Detail + ", and answers"
	case bench.EventDenied:
		return n.Who + " may not send its answers: " + n.Detail
	case "error":
		return n.Who + ": " + n.Detail
	}
	return n.Who + ": " + n.Kind + ", " + n.Detail
}
