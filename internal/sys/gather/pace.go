package gather

import "time"

// pace is how long a round waits for what.
type pace struct {
	quiet    time.Duration // the gap of an idle fleet
	patient  time.Duration // how long to wait for who may only be slow; 0: no longer than for others
	timeout  time.Duration // of the whole round
	slowest  time.Duration // the slowest answer so far
	distance time.Duration // the longest way to a server that may still answer
	news     time.Time     // when the last answer that told something new came in
}

// lateFactor is how much longer a server known to be alive gets for its other
// answers.
const lateFactor = 4

// learned notes that an answer told something new.
func (p *pace) learned(a answer) {
	p.slowest = max(p.slowest, a.at.Sub(a.q.sent))
	p.restart()
}

// setDistance makes the round as patient as a server so far away needs. What the caller
// has no time for is not waited for.
func (p *pace) setDistance(d time.Duration) { p.distance = min(d, p.timeout/3) }

// restart makes silence begin now.
func (p *pace) restart() { p.news = time.Now() }

// silence is how long nothing new was learned.
func (p *pace) silence() time.Duration { return time.Since(p.news) }

// gap is how long silence has to last before a round gives up on servers that
// have not answered anything.
func (p *pace) gap() time.Duration { return max(p.quiet, 3*max(p.slowest, p.distance)) }

// searchGap is how long silence has to last before the round starts to find
// out who is missing.
func (p *pace) searchGap() time.Duration { return p.gap() / 5 }

// retryGap is how long silence has to last before the round asks again for the
// answers that it still waits for.
func (p *pace) retryGap() time.Duration { return max(p.quiet, 3*p.slowest/lateFactor) }

// owedGap is the gap for the other answers of servers that are known to be alive.
func (p *pace) owedGap() time.Duration { return max(lateFactor*p.quiet, p.gap()) }

// patientGap is the gap for who may only be slow.
func (p *pace) patientGap() time.Duration { return max(p.patient, p.owedGap()) }
