package bench

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/tap"
)

// action is what a client sends: a request, a publish to a stream, an
// operation on a bucket.
type action interface {
	// send sends the n-th message of its phase with the given reply subject. aux is
	// passed to answer. due and lag go into the stamp.
	send(m message, reply string) error
	// aux is kept with message n until its answer arrives.
	aux(n uint64) uint64
	// answer checks a reply; it is called from one goroutine. An error means
	// that the request failed.
	answer(reply *nats.Msg, aux uint64, measured bool) error
}

// message is a message that a client sends.
type message struct {
	n        uint64 // in its phase
	flags    uint8
	due, lag int64
	aux      uint64
	last     bool // the last of this phase, to the sender's knowledge
}

// client sends messages that expect a reply, many in flight over one connection.
// It is the worker of the request, js-pub, js-e2e and kv workloads. Sending and
// receiving run in one goroutine each.
type client struct {
	run    *run
	id     int
	link   *link
	act    action
	ring   *ring
	inbox  string // ends with a dot; the request's number follows
	sub    *subscription
	out    *tap.Buffer // with the raw driver
	ledger ledger
	reply  []byte // inbox and number of the next request, rewritten in place
	batch  int    // messages per reply

	// the receiving side
	current  nats.Msg // the current reply, with the raw driver
	tally    tally
	timeline *hist.Writer
	failed   int64
	first    error

	issued    atomic.Int64 // all phases
	completed atomic.Int64 // answered or abandoned
	measured  atomic.Int64 // messages of the measurement sent
	answered  atomic.Int64 // of those, answered without error
	resolved  atomic.Int64 // of those, answered or abandoned
	waiting   atomic.Bool
	wake      chan struct{}

	seq   uint64
	flags uint8
	end   int64
	n     uint64
}

// tokenLen is the length of a request's number in its reply subject.
const tokenLen = 12

const digits = "0123456789abcdefghijklmnopqrstuv"

func newClient(r *run, id int, who string, act action, batch int) (*client, error) {
	l, err := r.linkAs(who)
	if err != nil {
		return nil, err
	}
	a := &client{
		run: r, id: id, link: l, act: act, batch: batch, inbox: l.nc.NewInbox() + ".",
		ring: newRing(inFlight(r.spec, batch)), ledger: ledger{writer: r.line.NewWriter()}, timeline: r.line.NewWriter(),
		wake: make(chan struct{}, 1),
	}
	a.reply = append([]byte(a.inbox), make([]byte, tokenLen)...)
	if a.sub, err = a.listen(); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *client) listen() (*subscription, error) {
	if t := a.link.tap; t != nil {
		a.out = tap.NewBuffer(t)
		t.Subscribe(a.inbox+"*", "", a.receiveRaw)
		if err := t.Start(); err != nil {
			return nil, fmt.Errorf("driver raw: %w", err)
		}
		return &subscription{tap: t}, nil
	}
	e := &subscription{gone: make(chan struct{})}
	var err error
	if e.sub, err = a.link.nc.Subscribe(a.inbox+"*", a.receive); err != nil {
		return nil, fmt.Errorf("subscribe replies: %w", err)
	}
	e.sub.SetClosedHandler(func(string) { close(e.gone) })
	if err := e.sub.SetPendingLimits(-1, maxPendingBytes); err != nil {
		return nil, fmt.Errorf("pending limits: %w", err)
	}
	return e, nil
}

func (a *client) counts() *ledger { return &a.ledger }

// work runs one phase.
func (a *client) work(ctx context.Context, p phase) error {
	a.flags, a.n, a.end = p.flags, 0, p.end()
	if a.run.spec.Load.Mode == scenario.Max {
		return a.loop(ctx, p)
	}
	plan := &lookahead{Schedule: a.run.spec.Schedule(p.shape, a.id)}
	err := pace.Run(ctx, a.run.clock, p.start, plan, func(at, now int64) error {
		if a.flags != 0 && now >= a.end {
			return errWarm
		}
		return a.send(ctx, at, now, plan.last())
	})
	if errors.Is(err, errWarm) {
		return nil
	}
	return err
}

// lookahead is a schedule that reports whether an instant was the last.
type lookahead struct {
	pace.Schedule
	next   int64
	more   bool
	primed bool
}

// Next returns the next instant.
func (h *lookahead) Next() (int64, bool) {
	if !h.primed {
		h.primed = true
		h.next, h.more = h.Schedule.Next()
	}
	at, ok := h.next, h.more
	if ok {
		h.next, h.more = h.Schedule.Next()
	}
	return at, ok
}

func (h *lookahead) last() bool { return !h.more }

func (a *client) finish(err error) {
	a.ledger.err = err
	a.ledger.writer.Flush()
}

// loop keeps the window full.
func (a *client) loop(ctx context.Context, p phase) error {
	window := int64(max(a.run.spec.Load.Window, a.batch))
	for {
		free := window - (a.issued.Load() - a.completed.Load())
		if free <= 0 {
			if err := a.wait(ctx, window); err != nil {
				return err
			}
			continue
		}
		now := a.run.clock.Now()
		whole := a.n%uint64(a.batch) == 0 // a batch that has begun is completed
		if p.msgs == 0 && now >= a.end && whole || ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if done, err := a.burst(ctx, min(free, floodBurst), now, p.msgs); done || err != nil {
			return err
		}
	}
}

// burst sends up to n messages; 0 is no limit.
func (a *client) burst(ctx context.Context, n, now, all int64) (done bool, err error) {
	for range n {
		if done = all > 0 && a.n == uint64(all); done {
			break
		}
		if err := a.send(ctx, now, now, a.n+1 == uint64(all)); err != nil {
			return false, err
		}
	}
	if a.out == nil {
		return done, nil
	}
	if err := a.out.Flush(); err != nil {
		return done, resume(ctx, a.run, a.link, err)
	}
	return done, nil
}

// wait returns when the window has room, or after a while in which overdue
// requests were abandoned.
func (a *client) wait(ctx context.Context, window int64) error {
	a.waiting.Store(true)
	defer a.waiting.Store(false)
	if a.issued.Load()-a.completed.Load() < window {
		return nil
	}
	t := time.NewTimer(50 * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-a.wake:
	case <-t.C:
		all, measured := a.ring.expire(a.run.clock.Now() - int64(a.run.timeout()))
		a.completed.Add(all)
		a.resolved.Add(measured)
	}
	return nil
}

// send sends the request that was due at the instant at.
func (a *client) send(ctx context.Context, at, now int64, last bool) error {
	if a.run.spec.Load.Mode == scenario.Max && a.batch == 1 {
		for a.ring.inUse(a.seq) { // an overdue request keeps its slot
			a.seq++
		}
	}
	measured := a.flags == 0
	m := message{n: a.n, flags: a.flags, due: at, lag: now - at, aux: a.act.aux(a.n), last: last}
	if a.ring.open(a.seq, measured, at, now, m.aux) {
		a.resolved.Add(1)
		a.completed.Add(1)
	}
	a.issued.Add(1)
	if measured {
		a.measured.Add(1)
	}
	err := a.act.send(m, a.token(a.seq))
	if measured {
		size := a.run.spec.Sizes[int(a.n)%len(a.run.spec.Sizes)]
		a.ledger.send(at, now, int64(size), a.end, err != nil)
	}
	seq := a.seq
	a.seq++
	a.n++
	if err != nil {
		return a.refused(ctx, seq, err)
	}
	return nil
}

// refused undoes a request that the client library did not accept.
func (a *client) refused(ctx context.Context, seq uint64, err error) error {
	if _, _, _, measured, ok := a.ring.resolve(seq); ok {
		a.completed.Add(1)
		if measured {
			a.resolved.Add(1)
		}
	}
	if a.out != nil {
		return resume(ctx, a.run, a.link, err)
	}
	if !a.link.recovers(err) {
		return err
	}
	if a.run.spec.Load.Mode == scenario.Max {
		return a.run.await(ctx, a.run.timeout(), a.link.nc.IsConnected)
	}
	return nil
}

// token writes the number into the reply subject. The string is only valid
// until the next call: the client library copies it before it returns.
func (a *client) token(seq uint64) string {
	for i := range tokenLen {
		a.reply[len(a.reply)-1-i] = digits[seq&31]
		seq >>= 5
	}
	return unsafe.String(&a.reply[0], len(a.reply))
}

// number parses what token wrote at the end of a reply subject.
func number[T string | []byte](subject T) (seq uint64, ok bool) {
	if len(subject) < tokenLen {
		return 0, false
	}
	for _, c := range []byte(subject[len(subject)-tokenLen:]) {
		switch {
		case c >= '0' && c <= '9':
			seq = seq<<5 | uint64(c-'0')
		case c >= 'a' && c <= 'v':
			seq = seq<<5 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return seq, true
}
