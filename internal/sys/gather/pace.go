package gather

import "time"

// pace determines how long a round waits.
type pace struct {
	quiet    time.Duration // the gap of an idle fleet
	patience time.Duration // how long to wait for servers that may only be slow; 0: no longer than for others
	timeout  time.Duration // of the whole round
	slowest  time.Duration // the slowest answer so far
	distance time.Duration // the longest round trip to a server that may still answer
	news     time.Time     // when the last answer with new data arrived
}

// lateFactor is how much longer a server known to be alive gets for its other
// answers.
const lateFactor = 4

// apply records how long an answer with new data took. That a server is gone is news
// as well.
func (p *pace) apply(a answer, e effect) {
	switch {
	case e.learned:
		p.slowest = max(p.slowest, a.at.Sub(a.q.sent))
		p.restart()
	case a.nobody && a.q.purpose == forLife:
		p.restart()
	}
}

// setDistance makes the round wait long enough for a server at this distance, up
// to a third of the timeout.
func (p *pace) setDistance(d time.Duration) { p.distance = min(d, p.timeout/3) }

// restart resets silence to zero.
func (p *pace) restart() { p.news = time.Now() }

// silence returns the time since the last new data.
func (p *pace) silence() time.Duration { return time.Since(p.news) }

// gap returns how long silence has to last before a round gives up on servers that
// have not answered anything.
func (p *pace) gap() time.Duration { return max(p.quiet, 3*max(p.slowest, p.distance)) }

// searchGap returns how long silence has to last before the round starts the
// search for missing servers.
func (p *pace) searchGap() time.Duration { return p.gap() / 5 }

// retryGap is how long silence has to last before the round asks again for the
// answers that it still waits for.
func (p *pace) retryGap() time.Duration { return max(p.quiet, 3*p.slowest/lateFactor) }

// answerGap returns the gap for the other answers of servers known to be alive.
func (p *pace) answerGap() time.Duration { return max(lateFactor*p.quiet, p.gap()) }

// slowGap returns the gap for servers that may only be slow.
func (p *pace) slowGap() time.Duration { return max(p.patience, p.answerGap()) }
