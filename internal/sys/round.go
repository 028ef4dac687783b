package sys

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// round is one gathering: everything that is wanted is asked at once on one
// inbox, and answers are counted until nobody is left to wait for. All fields
// belong to the goroutine in run; answers reach it decoded.
type round struct {
	c    *Client
	want fleet.Want
	seen func(*fleet.Server) // called for each server in scope as its STATSZ arrives; may be nil

	start     time.Time
	inbox     string
	sub       *nats.Subscription
	questions questions
	answers   chan answer
	inflight  atomic.Int64 // received, not yet taken

	first   []*question         // one for each wanted kind, STATSZ first
	unknown map[fleet.Kind]bool // kinds that no server knows (503)
	refused map[fleet.Kind]*PermissionError
	members map[string]*member // by server id
	waiting int                // answers due from members
	quiet   int                // of these, the ones that may never come
	nudged  bool               // members that owe STATSZ were asked for it again
	again   bool               // members were asked again for all that they owe
	count   count
	naming  *naming
	tallies map[fleet.Kind]*tally // how each kind fares
	slowest time.Duration
	hasty   bool            // cut off before silence meant anything
	news    time.Time       // when the last answer that told something new came in
	stray   []fleet.Problem // answers of nobody in particular
}

// member is a server that has answered something.
type member struct {
	sv      *fleet.Server
	inScope bool
	due     map[fleet.Kind]*question     // what it still has to answer
	wrong   map[fleet.Kind]fleet.Problem // what it answered badly, or cannot answer
	twice   map[fleet.Kind]bool          // what it was asked again
}

// questions is the list of what was asked; the index is the last token of the
// reply subject. Receivers read it while the round adds to it.
type questions struct {
	mu   sync.RWMutex
	list []*question
}

// question is one request on its way.
type question struct {
	ep     *Endpoint
	server string // the id asked, or "" for all
	page   page
	probe  bool // asks whether the server lives
	naming bool // asks for links, to name who is missing
	sent   time.Time

	repeats *question // the one that was not answered, or nil
}

// answer is a reply, decoded.
type answer struct {
	q       *question
	at      time.Time
	nobody  bool // 503: nobody listens
	decoded decoded
	sender  *server.ServerInfo
	err     error
}

func (q *questions) add(x *question) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, x)
	return len(q.list) - 1
}

func (q *questions) get(token string) *question {
	i, err := strconv.Atoi(token)
	q.mu.RLock()
	defer q.mu.RUnlock()
	if err != nil || i < 0 || i >= len(q.list) {
		return nil
	}
	return q.list[i]
}

func newRound(c *Client, want fleet.Want) *round {
	r := &round{
		c: c, want: want, inbox: c.nc.NewInbox() + ".",
		answers: make(chan answer, 64),
		unknown: map[fleet.Kind]bool{}, refused: map[fleet.Kind]*PermissionError{},
		members: map[string]*member{},
		tallies: map[fleet.Kind]*tally{},
	}
	r.naming = newNaming(r)
	r.first = append(r.first, &question{ep: Lookup(string(fleet.Statsz))})
	for _, k := range want.Kinds {
		if ep := Lookup(string(k)); ep != nil && ep.read != nil && k != fleet.Statsz {
			r.first = append(r.first, r.firstQuestion(ep))
		}
	}
	return r
}

// run asks, and returns when every answer is in, when nothing more is to be
// expected, or when ctx ends; only a failure that leaves nothing to show is an
// error.
func (r *round) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.c.timeout)
	defer cancel()
	stop, err := r.listen(ctx)
	if err != nil {
		return err
	}
	defer stop()
	denied, ignore := r.c.denied.listen()
	defer ignore()
	status := r.c.nc.StatusChanged(nats.RECONNECTING, nats.CLOSED)
	defer r.c.nc.RemoveStatusListener(status)

	r.start = time.Now()
	r.news = r.start
	if err := r.ask(); err != nil {
		return err
	}
	timer := time.NewTimer(r.next())
	defer timer.Stop()
	for {
		select {
		case a := <-r.answers:
			if err := r.take(a); err != nil {
				return err
			}
		case p := <-denied:
			if err := r.refuse(p); err != nil {
				return err
			}
		case <-status:
			return cmp.Or(r.c.connErr(), ErrDisconnected) // if it is back, what was asked before is lost nevertheless
		case <-timer.C:
			over, err := r.tick()
			if over || err != nil {
				return err
			}
		case <-ctx.Done():
			r.hasty = r.naming.unfinished() || time.Since(r.news) < r.gap()
			return nil
		}
		if r.complete() {
			return nil
		}
		timer.Reset(r.next())
	}
}

// listen subscribes to the round's inbox and starts the decoders.
func (r *round) listen(ctx context.Context) (stop func(), err error) {
	raw := make(chan rawReply, rawBacklog)
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for range r.c.workers {
		wg.Go(func() { r.decode(ctx, raw) })
	}
	r.sub, err = r.c.nc.Subscribe(r.inbox+"*", func(m *nats.Msg) {
		r.inflight.Add(1)
		select {
		case raw <- rawReply{m, time.Now()}:
		case <-ctx.Done():
		}
	})
	if err == nil {
		err = r.sub.SetPendingLimits(-1, -1)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return func() {
		cancel()
		_ = r.sub.Unsubscribe() // an error means that the connection is gone, and the subscription with it
		wg.Wait()
	}, nil
}

// rawBacklog keeps receiving from waiting for decoding.
const rawBacklog = 256

type rawReply struct {
	msg *nats.Msg
	at  time.Time
}

// decode turns replies into answers until ctx ends.
func (r *round) decode(ctx context.Context, raw <-chan rawReply) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-raw:
			select {
			case r.answers <- r.read(m):
			case <-ctx.Done():
				return
			}
		}
	}
}

// read decodes one reply.
func (r *round) read(m rawReply) answer {
	a := answer{at: m.at, q: r.questions.get(strings.TrimPrefix(m.msg.Subject, r.inbox))}
	switch {
	case a.q == nil:
		return a
	case noResponders(m.msg):
		a.nobody = true
		return a
	}
	data, err := unpack(m.msg)
	if err == nil {
		a.decoded, err = a.q.ep.read(data)
	}
	a.sender = a.decoded.info
	if err != nil {
		a.sender = senderOf(data)
	} else if a.sender == nil || a.sender.ID == "" {
		err = errNoSender
	}
	a.err = err
	return a
}
