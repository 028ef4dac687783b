package gather

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
	"github.com/natsctl/natsctl/internal/sys/wire"
)

// Options are the settings of a round besides what is wanted.
type Options struct {
	Context  string              // the name of the context, for the snapshot
	Timeout  time.Duration       // of the whole round
	Quiet    time.Duration       // the gap between two answers after which an idle fleet has no more
	Patience time.Duration       // how long to wait for servers that answered in the previous round; 0: no longer than for others
	Expect   int                 // wait until this many servers in scope have answered; 0: determine the expected servers
	Workers  int                 // how many answers are decoded at once
	Seen     func(*fleet.Server) // called for each server in scope as its STATSZ arrives; may be nil
	Extra    *endpoint.Endpoint  // requested in addition to the wanted kinds; may be nil
}

// Round is one gathering: it requests everything that is wanted at once, and counts
// answers until no more are expected. Use it once, in one goroutine.
type Round struct {
	conn    *wire.Conn
	memory  *Memory
	opts    Options
	members *members
	search  *search
	pace    pace
	inbox   *inbox

	start   time.Time
	nobody  bool // the first question had no responders, according to the connected server or a forged 503
	retried bool // STATSZ was requested again where it was due
	again   bool // all due answers were requested again
	cutOff  bool // cut off before silence was significant
}

// ErrNotAnswered is a 503 to the request that every system user gets answered.
var ErrNotAnswered = errors.New("no responders")

// NewRound prepares a round.
func NewRound(c *wire.Conn, m *Memory, want fleet.Want, o Options) *Round {
	r := &Round{conn: c, memory: m, opts: o, members: newMembers(want)}
	r.pace = pace{quiet: o.Quiet, patience: o.Patience, timeout: o.Timeout}
	switch {
	case o.Extra == nil:
	case o.Extra.Kind == fleet.Statsz:
		r.members.first[0].ep = o.Extra
	default:
		r.members.add(o.Extra)
	}
	r.members.self = c.NC.ConnectedServerId()
	r.search = newSearch(r.members, m, c.Account, c.NC.ConnectedServerId())
	return r
}

// Run sends the requests and returns a snapshot when every answer is in, when no
// more are expected, or when ctx ends. It returns an error only if there is no
// snapshot.
func (r *Round) Run(ctx context.Context) (*fleet.Snapshot, error) {
	if err := r.conn.Err(); err != nil {
		return nil, err
	}
	if err := r.run(ctx); err != nil {
		return nil, err
	}
	return r.snapshot(ctx)
}

// Unknown reports whether a kind had no responders.
func (r *Round) Unknown(kind fleet.Kind) bool { return r.members.unknown[kind] }

// Refused returns the denial of a kind, or nil.
func (r *Round) Refused(kind fleet.Kind) *failure.PermissionError { return r.members.refused[kind] }

func (r *Round) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.opts.Timeout)
	defer cancel()
	denied, ignore := r.conn.Denials() // before the inbox, which may be denied as soon as it is subscribed to
	defer ignore()
	in, stop, err := openInbox(ctx, r.conn.NC, r.opts.Workers)
	if err != nil {
		return err
	}
	defer stop()
	r.inbox = in
	status := r.conn.NC.StatusChanged(nats.RECONNECTING, nats.CLOSED)
	defer r.conn.NC.RemoveStatusListener(status)

	r.start = time.Now()
	r.pace.restart()
	if err := r.send(r.members.first); err != nil {
		return err
	}
	timer := time.NewTimer(r.next())
	defer timer.Stop()
	for !r.complete() {
		over := false
		select {
		case a := <-in.answers:
			err = r.handle(a)
		case p := <-denied:
			err = r.handleDenied(p)
		case <-status:
			return cmp.Or(r.conn.Err(), failure.ErrDisconnected) // after a reconnect, earlier requests are still lost
		case <-timer.C:
			over, err = r.check()
		case <-ctx.Done():
			r.cutOff = r.search.unfinished() || r.pace.silence() < r.pace.gap()
			return nil
		}
		if over || err != nil {
			return err
		}
		timer.Reset(r.next())
	}
	return nil
}

// send sends questions.
func (r *Round) send(questions []*question) error {
	for _, q := range questions {
		if err := r.inbox.send(q, r.members.want); err != nil {
			return err
		}
	}
	return nil
}

// continueSearch takes the next step of the search for missing servers.
func (r *Round) continueSearch() error {
	questions := r.search.step()
	if len(questions) > 0 {
		r.pace.restart()
	}
	r.pace.setDistance(r.search.farthest())
	return r.send(questions)
}

// handle passes one answer through the phases, to each once, and then does what
// follows from it. It returns an error only if the round cannot continue.
func (r *Round) handle(a answer) error {
	r.inbox.done()
	if a.q == nil { // not an answer to this round
		return nil
	}
	e := r.members.apply(a)
	goesOn := r.search.apply(a, e)
	r.pace.apply(a, e)
	switch {
	case e.nobody:
		r.nobody = true
	case e.statsz:
		r.reported(e.sender)
	case e.fresh && a.q.purpose == forLinks:
		r.retried = false
	}
	if len(e.next) > 0 {
		r.again = false
	}
	if goesOn {
		return r.continueSearch()
	}
	return r.send(e.next)
}

// reported handles the STATSZ of a server. The connected server is trusted to report
// how many answers there can be.
func (r *Round) reported(m *member) {
	if st := m.sv.Statsz; st != nil && m.sv.Info.ID == r.members.self {
		r.members.setLimit(st.ActiveServers)
		r.inbox.budget.increase(st.ActiveServers)
	}
	if m.inScope && r.opts.Seen != nil {
		r.opts.Seen(m.sv)
	}
}

// handleDenied handles a denied subject.
func (r *Round) handleDenied(p *failure.PermissionError) error {
	switch {
	case p.Subject == "", p.Subscribe && p.Subject == r.inbox.subject():
		return p
	case p.Subscribe:
		return nil
	}
	return r.members.applyDenied(p)
}

// next returns the time until the next check.
func (r *Round) next() time.Duration {
	const soon = 2 * time.Millisecond
	if r.inbox.busy() {
		return soon
	}
	wait := r.allowedSilence()
	if !r.again && r.members.waiting.incomplete() {
		wait = min(wait, r.pace.retryGap())
	}
	if len(r.members.byID) > 0 && (!r.retried || r.search.unfinished()) {
		wait = min(wait, r.pace.searchGap())
	}
	if !r.enough() {
		wait = min(wait, callEvery)
	}
	return max(soon, wait-r.pace.silence())
}

// callEvery is how often all servers are asked again while fewer have answered
// than the caller expects: one may just be starting.
const callEvery = time.Second

// allowedSilence returns how long silence has to last before the round ends. Before the
// first answer it is the whole timeout; servers known to be alive get longer for
// their other answers.
func (r *Round) allowedSilence() time.Duration {
	switch {
	case r.nobody && r.members.noStatsz():
		return r.pace.searchGap()
	case len(r.members.byID) == 0, !r.enough():
		return r.pace.timeout
	case r.pace.patience > 0 && (r.search.mayBeSlow() || r.members.mayBeSlow(r.memory)):
		return r.pace.slowGap()
	case r.members.waiting.incomplete():
		return r.pace.answerGap()
	}
	return r.pace.gap()
}

// check takes the next step if silence has lasted long enough, and reports whether
// the round is over.
func (r *Round) check() (over bool, err error) {
	silence := r.pace.silence()
	switch {
	case r.inbox.busy():
		return false, nil
	case r.nobody && r.members.noStatsz() && silence >= r.allowedSilence():
		return false, ErrNotAnswered
	case len(r.members.byID) == 0:
		return false, nil
	}
	if !r.enough() && silence >= callEvery {
		r.pace.restart()
		return false, r.send([]*question{r.members.statszRequest()})
	}
	if silence >= r.pace.searchGap() && !r.retried {
		r.retried = true
		if err := r.send(r.members.retryStatsz()); err != nil {
			return false, err
		}
	}
	if silence >= r.pace.searchGap() && r.search.unfinished() {
		return false, r.continueSearch()
	}
	if silence >= r.pace.retryGap() && !r.again && r.members.waiting.incomplete() {
		r.again = true
		return false, r.send(r.members.retry())
	}
	if silence < r.allowedSilence() {
		return false, nil
	}
	r.pace.setDistance(r.search.farthest()) // answers about links may have arrived since
	return silence >= r.allowedSilence(), nil
}

// complete reports whether every expected server has answered everything.
func (r *Round) complete() bool {
	return r.members.waiting.all == 0 && len(r.members.byID) > 0 && r.enough() && r.search.finished()
}

// enough reports whether as many servers have answered as the caller expects.
func (r *Round) enough() bool { return r.opts.Expect <= 0 || r.members.inScope() >= r.opts.Expect }
